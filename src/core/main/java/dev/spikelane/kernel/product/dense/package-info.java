/**
 * Products of values with dense matrices. Weights and values enter, currents or gradients leave. Start with
 * {@link dev.spikelane.kernel.product.dense.DenseMatmul}. Not exported.
 */
package dev.spikelane.kernel.product.dense;
