package dev.spikelane.kernel.step;

import dev.spikelane.kernel.base.Tile;

/**
 * The currents of neurons, {@code [rows x currents]}, for each port: those of the neurons that run are in use. Neurons
 * with several currents each run all together.
 *
 * @param current what enters the port {@code current}
 * @param feedback what enters the port {@code feedback}, laid out as the other and at the same blocks; the same tile if
 *     there is no such port
 */
public record PortCurrents(Tile current, Tile feedback) {

    /**
     * The currents of neurons with one port.
     *
     * @param current what enters the port {@code current}
     */
    public PortCurrents(Tile current) {
        this(current, current);
    }

    /**
     * Throws unless neurons are given what they take: currents of one port or of both, of the same neurons.
     *
     * @param takesFeedback whether they take currents at the port {@code feedback} too
     * @throws IllegalArgumentException if they are given those of other ports, or the two differ in where they are
     */
    public void require(boolean takesFeedback) {
        boolean both = feedback != current;
        if (both != takesFeedback) {
            throw new IllegalArgumentException(
                    both
                            ? "currents are of the ports 'current' and 'feedback', expected those of 'current' alone"
                            : "currents are of the port 'current' alone, expected those of 'feedback' too");
        }
        if (both) {
            feedback.requireAt("feedback", current);
            if (feedback.origin() != current.origin()) {
                throw new IllegalArgumentException(
                        "feedback is " + feedback + ", expected to be laid out as current, " + current);
            }
        }
    }
}
