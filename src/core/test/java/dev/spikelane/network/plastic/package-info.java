/** Rules of plasticity in networks, against plain loops over the spikes of each synapse. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.network.plastic;
