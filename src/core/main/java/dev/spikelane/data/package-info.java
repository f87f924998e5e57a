/**
 * Data sets and batches. Files and arrays enter; shuffled, augmented and encoded batches leave, loaded in the
 * background. Read {@link dev.spikelane.data.Dataset} and {@link dev.spikelane.data.Batching} first.
 *
 * <p>Random numbers of a sample depend on its number in the data set, not on its place in a batch: see
 * {@link dev.spikelane.random.CounterRandom.Draws}. Orders and splits equal PyTorch's for an equal seed.
 */
package dev.spikelane.data;
