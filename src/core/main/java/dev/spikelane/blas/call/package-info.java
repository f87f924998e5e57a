/** How OpenBLAS is found and called, and the products of connections by it: not exported. */
@NullMarked
package dev.spikelane.blas.call;

import org.jspecify.annotations.NullMarked;
