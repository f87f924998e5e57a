/**
 * Products of spikes with weights, and the choice of their fastest variant. Spikes and packed weights enter, currents
 * leave. Start with {@link dev.spikelane.kernel.product.spike.SpikeMatmul}. Not exported.
 */
package dev.spikelane.kernel.product.spike;
