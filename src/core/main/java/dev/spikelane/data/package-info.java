/**
 * Data sets, and batches of their samples: shuffled, augmented, encoded, and loaded in the background. Start with
 * {@link dev.spikelane.data.Dataset} and {@link dev.spikelane.data.Batching}.
 *
 * <p>Random numbers of a sample depend on its number in the data set, never on its place in a batch: see
 * {@link dev.spikelane.random.CounterRandom.Draws}. Orders and splits equal PyTorch's for the same seed.
 */
package dev.spikelane.data;
