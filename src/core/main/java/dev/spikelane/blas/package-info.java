/**
 * Optional calls of OpenBLAS by the foreign function API ({@link dev.spikelane.blas.OpenBlas}). It is never used by
 * default. OpenBLAS sums in another order, so results are close to the kernels' results, not identical.
 */
package dev.spikelane.blas;
