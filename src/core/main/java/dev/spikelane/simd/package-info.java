/**
 * Tools for several kernels: the width of vectors, checks, elements and padding of rows, and exact elementary
 * functions. Start with {@link dev.spikelane.simd.SimdWidth} and {@link dev.spikelane.simd.Lanes}. Not exported.
 */
package dev.spikelane.simd;
