/**
 * Encoders, which compute spikes or targets from values, and counts of spikes. Start with
 * {@link dev.spikelane.kernel.encode.BernoulliSpikes}.
 */
package dev.spikelane.kernel.encode;
