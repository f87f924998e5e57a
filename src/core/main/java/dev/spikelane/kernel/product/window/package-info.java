/** Products of spikes and a kernel that slides over a map. */
package dev.spikelane.kernel.product.window;
