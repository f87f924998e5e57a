/**
 * Backpropagation through neurons. Gradients after a step enter; gradients of currents, of the variables before the
 * step and of parameters leave. Read {@link dev.spikelane.neuron.gradient.NeuronGradient} first. Not exported.
 */
@NullMarked
package dev.spikelane.neuron.gradient;

import org.jspecify.annotations.NullMarked;
