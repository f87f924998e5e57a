/**
 * Connections laid out behind their sources, not exported: {@link dev.spikelane.connection.operator.Operators} makes an
 * {@link dev.spikelane.connection.operator.Operator} of each, which owns its weights and turns spikes or values into
 * currents.
 */
@NullMarked
package dev.spikelane.connection.operator;

import org.jspecify.annotations.NullMarked;
