/**
 * Off-heap matrices and shapes: layout and nothing else.
 *
 * <p>A matrix is a rectangle of values or spikes in one {@link java.lang.foreign.MemorySegment}. Made in an
 * {@link java.lang.foreign.Arena} of the caller's, it lives until that is closed; made without one, its memory is freed
 * after it has been forgotten. Rows are padded so that kernels read whole vectors; the padding always holds zeros. A
 * batch over time is time-major: {@code row = step * batch + sample}. A vector is a matrix of one row.
 *
 * <p>Neurons of a {@link dev.spikelane.memory.Shape} with channels, height and width stand in torch's order (channel,
 * y, x) outside and in the order (y, x, channel) inside; those with channels and a length likewise.
 */
package dev.spikelane.memory;
