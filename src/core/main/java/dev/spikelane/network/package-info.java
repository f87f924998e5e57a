/**
 * Networks: connections turn spikes into currents, neurons turn currents into spikes.
 *
 * <p>A {@link dev.spikelane.network.Network} is immutable and may serve many
 * {@linkplain dev.spikelane.network.Simulation simulations} at once, each of which owns the state of one run.
 */
package dev.spikelane.network;
