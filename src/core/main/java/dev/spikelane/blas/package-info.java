/**
 * Optional calls of OpenBLAS by the foreign function API. {@link dev.spikelane.blas.OpenBlas} multiplies float
 * matrices. It is never used by default, as it sums in another order: results are close to the kernels' results, not
 * identical.
 */
package dev.spikelane.blas;
