/**
 * Convolutions: products of spikes or values with a kernel that slides over a map, and their gradients. Maps and packed
 * weights enter, currents or gradients leave. Start with {@link dev.spikelane.kernel.product.window.WindowMatmul}.
 */
package dev.spikelane.kernel.product.window;
