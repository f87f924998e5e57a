/**
 * Connections laid out behind their sources, not exported: an {@link dev.spikelane.connection.operator.Operator} for
 * each, which owns its weights and turns spikes or values into currents, forward and backward.
 */
@NullMarked
package dev.spikelane.connection.operator;

import org.jspecify.annotations.NullMarked;
