package dev.spikelane.neuron.gradient;

import dev.spikelane.equation.BoundEquations;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import java.lang.foreign.Arena;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way back through the neurons of a model: which of its parameters can be learned, and how their gradients follow
 * from the sums that {@link NeuronBackward} adds up.
 *
 * <p>A parameter's gradient is, for each neuron, the sum over samples ascending of what steps descending have added up;
 * times the derivative of what the neurons use with respect to the parameter; and, for one value that all neurons
 * share, the sum of these over neurons ascending. A share that is clamped to [0, 1] has no gradient outside.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public abstract sealed class NeuronGradient permits EquationGradient, LeakyGradient {

    NeuronGradient() {}

    /**
     * Prepares the way back.
     *
     * @param arena the arena that owns the sums
     * @param model the model
     * @param group its neurons
     * @param batch samples
     * @param learned names of the parameters that are learned
     * @return the way back
     * @throws IllegalArgumentException if the model or a parameter has no gradient; the message says why
     */
    public static NeuronGradient of(Arena arena, Neuron model, NeuronGroup group, int batch, Set<String> learned) {
        return group instanceof BoundEquations neurons
                ? EquationGradient.prepare(arena, model, neurons, batch, learned)
                : LeakyGradient.prepare(arena, model, group, batch, learned);
    }

    /**
     * Returns the parameters that can be learned.
     *
     * @param model a model
     * @return names, some of those of {@link Neuron#parameters}
     */
    public static Set<String> learnable(Neuron model) {
        return model instanceof EquationNeuron equations
                ? EquationGradient.learnableOf(equations)
                : LeakyGradient.learnableOf(model);
    }

    /**
     * Goes on with other parameters of the same model, and the same sums.
     *
     * @param now the model
     * @param neurons its neurons
     * @return the way back
     */
    public abstract NeuronGradient with(Neuron now, NeuronGroup neurons);

    /**
     * Returns the values of a parameter, to be overwritten when those of the same neurons have changed in place.
     *
     * @param name one of the model's parameters
     * @return one value, or one for each neuron in the order of the rows
     */
    public abstract float[] values(String name);

    /**
     * Tells whether rows of neurons must be taken back as a whole.
     *
     * @return whether there can be one tile only
     */
    public boolean coupled() {
        return false;
    }

    /**
     * Tells whether currents of all steps are needed; else membranes alone.
     *
     * @return whether {@link NeuronBackward.Step#currents} must be there
     */
    public boolean needsCurrents() {
        return true;
    }

    /**
     * Tells whether neurons feed their own spikes back.
     *
     * @return whether {@link NeuronBackward.Step#previous} must be there
     */
    public boolean feedsOwnSpikes() {
        return false;
    }

    /**
     * Tells whether steps draw noise.
     *
     * @return whether {@link NeuronBackward.Step#noise} must be there
     */
    public boolean drawsNoise() {
        return false;
    }

    /**
     * Tells whether some samples can go forward and back by themselves.
     *
     * @return whether nothing but the variables goes from step to step, and nothing is drawn
     */
    public boolean samplesApart() {
        return true;
    }

    /**
     * Tells whether a step lets gradients into spikes, so that spikes have gradients though nobody else takes them.
     *
     * @return whether what follows from a spike in the same step has gradients, as a reset of
     *     {@link dev.spikelane.kernel.Reset.Time#SAME_STEP_DIFFERENCE}
     */
    public abstract boolean resetsThroughSpikes();

    /**
     * Returns the parameters of neurons that can be run under a frame.
     *
     * @return what {@link LeakyFrame} takes; null if the neurons are others, carry other values than 1, or learn
     */
    public @Nullable LeakyParameters underFrame() {
        return null;
    }

    /**
     * Makes what takes a tile back.
     *
     * @param firstNeuron the first neuron of the tile
     * @param neurons neurons of the tile
     * @return an object for one thread
     */
    public abstract NeuronBackward tile(int firstNeuron, int neurons);

    /**
     * Makes what takes all neurons of some samples back.
     *
     * @param firstSample the first of the samples
     * @param samples how many
     * @return an object for one thread, to which they are a batch
     */
    public abstract NeuronBackward ofSamples(int firstSample, int samples);

    /** Takes the {@link #values} that the parameters have now. */
    public abstract void update();

    /** Makes all sums zero. */
    public abstract void clear();

    /**
     * Computes the gradient of a parameter.
     *
     * @param name a parameter that is learned
     * @param into receives a value, or one for each neuron, in the order of the rows
     */
    public abstract void gradient(String name, float[] into);
}
