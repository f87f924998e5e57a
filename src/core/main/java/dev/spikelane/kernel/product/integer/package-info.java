/**
 * Products of spikes with integer weights. Spikes and packed integers enter, float currents leave. Start with
 * {@link dev.spikelane.kernel.product.integer.IntegerMatmul}. Not exported.
 */
package dev.spikelane.kernel.product.integer;
