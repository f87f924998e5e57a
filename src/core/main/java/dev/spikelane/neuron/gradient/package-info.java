/** The way back through neurons, in training. Not exported. */
@NullMarked
package dev.spikelane.neuron.gradient;

import org.jspecify.annotations.NullMarked;
