/**
 * Reproducible random numbers: {@link dev.spikelane.random.TorchRandom}, one stream with the values of
 * {@code torch.manual_seed}, and {@link dev.spikelane.random.CounterRandom}, a function of (seed, step, row, neuron)
 * that any thread may evaluate in any order.
 *
 * <p>Training draws by sample: {@link dev.spikelane.random.CounterRandom.Draws} holds the streams of the samples of a
 * batch, and documents how they follow from a run's seed, the epoch and the use.
 *
 * <p>None of them is fit for cryptography.
 */
package dev.spikelane.random;
