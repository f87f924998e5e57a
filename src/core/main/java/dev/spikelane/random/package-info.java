/**
 * Reproducible random numbers: {@link dev.spikelane.random.TorchRandom}, one stream with the values of
 * {@code torch.manual_seed}, and {@link dev.spikelane.random.CounterRandom}, a function of (seed, step, row, neuron)
 * that any thread may evaluate in any order. {@link dev.spikelane.random.CounterRandom.Draws} holds the streams of a
 * batch's samples in training.
 *
 * <p>Neither is fit for cryptography.
 */
package dev.spikelane.random;
