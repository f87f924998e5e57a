/**
 * OpenBLAS, called by the foreign function API where one is installed ({@link dev.spikelane.blas.OpenBlas}). Nothing
 * uses it unless a program says so. Its sums have an order of their own, so results are close to those of the kernels,
 * not identical.
 */
package dev.spikelane.blas;
