/**
 * SIMD kernels, usable alone like a BLAS.
 *
 * <p>Start with {@link dev.spikelane.kernel.Matmul}, which multiplies. {@link dev.spikelane.neuron.Neuron#bind}
 * advances neurons, and {@link dev.spikelane.encode} encodes. Each method checks shapes, then runs a scalar variant
 * (plain loops, the specification) or a vector variant. Both give the same bits for any vector width, number of threads
 * and density; only calls to {@code dev.spikelane.blas} are exempt. {@link dev.spikelane.kernel.Simd} reports the
 * variant.
 *
 * <p>A matrix of floats and one of spikes never share memory. If a kernel reads and writes matrices of one kind, its
 * documentation says if they may be one matrix. If they may not, or if they overlap in only a part of their rows, it
 * throws {@link java.lang.IllegalArgumentException} before writing.
 */
package dev.spikelane.kernel;
