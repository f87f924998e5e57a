/**
 * Random numbers that can be drawn again: {@link dev.spikelane.random.TorchRandom}, one stream whose values are those
 * of {@code torch.manual_seed}, and {@link dev.spikelane.random.CounterRandom}, a function of (seed, step, row, neuron)
 * that any thread may evaluate in any order.
 *
 * <p>Neither is fit for cryptography.
 */
package dev.spikelane.random;
