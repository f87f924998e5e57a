/**
 * Random numbers that can be drawn again: {@link dev.spikelane.random.TorchRandom}, one stream whose values are those
 * of {@code torch.manual_seed}, and {@link dev.spikelane.random.CounterRandom}, a function of (seed, step, row, neuron)
 * that any thread may evaluate in any order.
 *
 * <p>Training draws by sample: {@link dev.spikelane.random.CounterRandom.Draws} holds the streams of the samples of a
 * batch, and says how a run's seed, an epoch and a use of random numbers make them.
 *
 * <p>None of them is fit for cryptography.
 */
package dev.spikelane.random;
