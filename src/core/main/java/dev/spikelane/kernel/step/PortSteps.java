package dev.spikelane.kernel.step;

import org.jspecify.annotations.Nullable;

/**
 * Steps of neurons whose currents are in tiles, for networks and their gradients. Every group of neurons has them;
 * users run all neurons at once.
 *
 * @param <S> the state of such neurons
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface PortSteps<S> {

    /**
     * Runs the steps of the first rows for the neurons whose currents are in use; all blocks are in use if the neurons
     * are coupled.
     *
     * @param run the currents, 0 after the last neuron, the state, the spikes and the rows
     * @throws IllegalArgumentException if a shape, a range or the ports do not fit, or the state is of another model
     */
    void run(NeuronRun<S> run);

    /**
     * Returns the text of the neurons.
     *
     * @return the text; null if they feed back to themselves by a connection
     */
    @Nullable
    NeuronText text();

    /**
     * Returns the text whose gradients are taken.
     *
     * @return the text
     * @throws IllegalArgumentException if these neurons have no gradient; the message says why
     */
    NeuronText differentiable();

    /**
     * Returns true if some samples of a batch can run in a state of their own, as if there were no others.
     *
     * @return true if only the variables go from step to step, and nothing is drawn
     */
    boolean samplesApart();

    /**
     * Returns true if these neurons can run with {@link NeuronRun#held} currents.
     *
     * @return true if they have loops for currents that are the same at all steps
     */
    boolean holds();

    /**
     * Returns true if these neurons can clear the currents of a run of one row.
     *
     * @return true if {@link NeuronRun#clears} has an effect
     */
    boolean clears();

    /**
     * Returns the line that delays the currents of the first port.
     *
     * @return the line; null if they are not delayed
     */
    @Nullable
    DelayLine line();
}
