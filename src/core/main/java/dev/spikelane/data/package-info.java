/**
 * Data sets, and batches of their samples in random order, transformed, encoded and loaded ahead of the training that
 * uses them.
 *
 * <p>A sample's number in its {@link dev.spikelane.data.Dataset} decides the numbers that are drawn for it, never its
 * place in a batch: see {@link dev.spikelane.random.CounterRandom.Draws}. Orders and splits are those of PyTorch for
 * the same seed.
 */
package dev.spikelane.data;
