/** Products of spikes by integer weights. Not exported. */
package dev.spikelane.kernel.product.integer;
