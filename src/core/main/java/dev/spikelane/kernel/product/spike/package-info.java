/** Products of spikes, and what learns which of their variants is the fastest. Not exported. */
package dev.spikelane.kernel.product.spike;
