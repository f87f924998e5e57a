/**
 * Off-heap matrices: layout and nothing else.
 *
 * <p>A matrix is a rectangle of values in one {@link java.lang.foreign.MemorySegment} that the caller's
 * {@link java.lang.foreign.Arena} owns. Rows are padded so that kernels read whole vectors; the padding always holds zeros.
 * A batch over time is time-major: {@code row = step * batch + sample}. A vector is a matrix of one row.
 */
package dev.spikelane.memory;
