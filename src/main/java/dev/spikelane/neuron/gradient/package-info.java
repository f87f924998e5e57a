/** The way back through neurons, for those who train them: not exported. */
@NullMarked
package dev.spikelane.neuron.gradient;

import org.jspecify.annotations.NullMarked;
