package dev.spikelane.kernel.step;

import org.jspecify.annotations.Nullable;

/**
 * Steps of neurons whose currents are in tiles, for networks and their gradients. All groups of neurons implement it.
 *
 * @param <S> the state of the neurons
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface PortSteps<S> {

    /**
     * Runs the steps of the first rows for the neurons whose currents are in use; all blocks must be in use if neurons
     * are coupled.
     *
     * @param run the currents, 0 after the last neuron, the state, the spikes and the rows
     * @throws IllegalArgumentException if a shape, a range or the ports do not fit, or the state is of another model
     */
    void run(NeuronRun<S> run);

    /** Returns the text of the neurons; null if a connection feeds them back to themselves. */
    @Nullable
    NeuronText text();

    /**
     * Returns the differentiated text.
     *
     * @return the text
     * @throws IllegalArgumentException if these neurons have no gradient; the message says why
     */
    NeuronText differentiable();

    /** Returns true if some samples can run without the others: steps pass on only variables, and draw nothing. */
    boolean samplesApart();

    /** Returns true if these neurons can run with {@link NeuronRun#held} currents. */
    boolean holds();

    /** Returns true if {@link NeuronRun#clears} has an effect on runs of one row. */
    boolean clears();

    /** Returns the delay line of the first port; null if its currents are not delayed. */
    @Nullable
    DelayLine line();
}
