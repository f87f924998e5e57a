/**
 * Networks: connections turn spikes into currents, neurons turn currents into spikes.
 *
 * <p>A {@link dev.spikelane.network.NetworkBuilder} takes inputs, populations and projections and makes an immutable
 * {@link dev.spikelane.network.Network}. It may serve many {@linkplain dev.spikelane.network.Simulation simulations} at
 * once, each of which owns the state of one run: input enters as spikes or values, and spikes, membranes and states
 * leave it. Start with {@link dev.spikelane.network.Network}.
 */
package dev.spikelane.network;
