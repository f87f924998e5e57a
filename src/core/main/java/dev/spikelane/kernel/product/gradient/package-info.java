/**
 * Gradients of weights, and products that training shares with them. Spikes or values and the gradients of currents
 * enter, gradients of weights leave. Start with {@link dev.spikelane.kernel.product.gradient.WeightGradient}. Not
 * exported.
 */
package dev.spikelane.kernel.product.gradient;
