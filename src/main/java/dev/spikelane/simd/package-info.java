/**
 * What several kernels need: the width of vectors, checks, elements and padding of rows, and exact elementary
 * functions. Not exported.
 */
package dev.spikelane.simd;
