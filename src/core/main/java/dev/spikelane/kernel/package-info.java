/**
 * SIMD kernels, usable alone like a BLAS.
 *
 * <p>{@link dev.spikelane.kernel.Matmul} multiplies. Neurons take steps by {@link dev.spikelane.neuron.Neuron#bind},
 * and {@link dev.spikelane.encode} encodes. Each entry checks shapes, then either a scalar variant (plain loops, the
 * specification) or a vector variant does the work; both give the same bits, whatever the vector width, the number of
 * threads and the variant that the density asks for. {@link dev.spikelane.kernel.Simd} tells which one serves.
 *
 * <p>A matrix of floats and one of spikes never share memory. Where a kernel reads and writes matrices of the same
 * kind, its documentation says whether they may be the same; where they may not, or overlap in a part of their rows, it
 * throws {@link java.lang.IllegalArgumentException} before anything is written.
 *
 * <p>Only what is sent to {@code dev.spikelane.blas} is exempt: the sums of OpenBLAS have an order of their own.
 */
package dev.spikelane.kernel;
