/** Encoders: turn data into spikes over time. */
package dev.spikelane.encode;
