package dev.spikelane.kernel.step.leaky;

/** Neurons through whose steps gradients can be taken back. */
public interface Differentiable {

    /**
     * Returns the neurons that are laid out.
     *
     * @return the neurons
     */
    LeakyNeurons parameters();

    /**
     * Returns what the way back needs.
     *
     * @return the neurons
     * @throws IllegalArgumentException if these neurons have no gradient after all; the message says why
     */
    default LeakyNeurons gradientParameters() {
        return parameters();
    }

    /**
     * Tells whether neurons feed their own spikes back.
     *
     * @return whether the spikes of the step before are needed
     */
    default boolean feedsSpikes() {
        return false;
    }

    /**
     * Tells whether some samples of a batch can run in a state of their own, as if there were no others.
     *
     * @return whether nothing but the variables goes from step to step, and nothing is drawn
     */
    default boolean samplesApart() {
        return false;
    }
}
