/**
 * Off-heap matrices and shapes: layout and nothing else.
 *
 * <p>A matrix is a rectangle of values or spikes in one {@link java.lang.foreign.MemorySegment}. It lives as long as
 * the caller's {@link java.lang.foreign.Arena}, or, made without one, until the garbage collector frees it. Rows are
 * padded with zeros so that kernels read whole vectors. A batch over time is time-major:
 * {@code row = step * batch + sample}. A vector is a matrix of one row. {@link dev.spikelane.memory.Shape} describes
 * the two orders of neurons of maps and lines. Start with {@link dev.spikelane.memory.FloatMatrix}.
 */
package dev.spikelane.memory;
