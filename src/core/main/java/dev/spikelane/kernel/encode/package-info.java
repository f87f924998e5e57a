/** Encoders, which make spikes or targets of values, and counts of spikes. */
package dev.spikelane.kernel.encode;
