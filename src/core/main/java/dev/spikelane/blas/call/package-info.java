/**
 * The search for OpenBLAS, its calls, and products of connections by it. Not exported. Start with
 * {@link dev.spikelane.blas.call.OpenBlasSearch}.
 */
@NullMarked
package dev.spikelane.blas.call;

import org.jspecify.annotations.NullMarked;
