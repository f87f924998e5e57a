/** Gradients of weights, and products that training shares with them. Not exported. */
package dev.spikelane.kernel.product.gradient;
