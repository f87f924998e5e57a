/**
 * Connections bound to the shapes of their sources, not exported. An
 * {@link dev.spikelane.connection.operator.Operator}, read it first, owns its weights and converts spikes or values to
 * currents. {@link dev.spikelane.connection.operator.InputGradient} and
 * {@link dev.spikelane.connection.operator.WeightGradients} are its backward pass.
 */
@NullMarked
package dev.spikelane.connection.operator;

import org.jspecify.annotations.NullMarked;
