package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;

/**
 * The currents of neurons with two ports: two matrices of the same number of columns, row for row.
 *
 * @param current what enters the port {@code current}
 * @param feedback what enters the port {@code feedback}
 */
public record PortCurrents(FloatMatrix current, FloatMatrix feedback) {

    /** Throws unless a run gives neurons what they take: currents of one port or of both. */
    static void require(NeuronGroup neurons, boolean both) {
        if (both != neurons.takesFeedback()) {
            throw new IllegalArgumentException(
                    both
                            ? "currents are of the ports 'current' and 'feedback', expected those of 'current' alone"
                            : "currents are of the port 'current' alone, expected those of 'feedback' too");
        }
    }
}
