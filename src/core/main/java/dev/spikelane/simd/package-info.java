/**
 * The tools of several kernels: the width of vectors, checks, elements and padding of rows, and exact elementary
 * functions. Not exported.
 */
package dev.spikelane.simd;
