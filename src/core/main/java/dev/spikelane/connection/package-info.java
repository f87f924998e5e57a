/**
 * Connections, which turn spikes or values into currents: the parts of a projection's path.
 *
 * <p>A {@link dev.spikelane.connection.Connection} is an immutable declaration, independent of a network; each network
 * lays it out with its own weights: {@code connection.kind} knows its names, shapes and files,
 * {@code connection.operator} computes, {@code kernel.product} and {@code kernel.pool} have the loops. Weights and
 * shapes are in torch's order (channel, y, x). Start with {@link dev.spikelane.connection.Dense}.
 */
@NullMarked
package dev.spikelane.connection;

import org.jspecify.annotations.NullMarked;
