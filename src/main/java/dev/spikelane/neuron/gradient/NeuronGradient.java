package dev.spikelane.neuron.gradient;

import dev.spikelane.equation.BoundEquations;
import dev.spikelane.equation.EquationGradients;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.ParameterRows;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private static final Set<String> FLAGS = Set.of(NeuronLoops.WINNER, NeuronLoops.PREVIOUS);
    private static final Set<String> APART = Set.of(NeuronLoops.WINNER, NeuronLoops.RESET);
    private static final float[] NONE = {};

    /** What is added up, by the names of the text. */
    final Map<String, FloatMatrix> sums;

    final List<String> names;
    private final List<FloatMatrix> allSums;
    private final float[] ofNeuron;
    private final Map<String, float[]> values = new HashMap<>();
    private final Text text;
    /** The way back of a step, or of what comes behind its charge. */
    private final EquationBackward.Neurons fire;

    private final EquationBackward.@Nullable Neurons charge;
    private final boolean throughSpikes;
    private final boolean needsCurrents;
    private final boolean linear;

    /**
     * What is differentiated.
     *
     * @param cut two parts of a step; twice the whole if there is one
     * @param noisy the neurons, if they may have noise
     * @param channels of neurons with gates; 0 for others
     * @param atSpike what happens between the parts; null if there is one
     */
    record Text(
            Equations.Cut cut,
            ParameterRows rows,
            @Nullable BoundEquations noisy,
            int channels,
            RoundedBackward.@Nullable AtSpike atSpike) {

        private EquationBackward.Neurons back(EquationGradients of) {
            return EquationBackward.Neurons.of(of, rows, noisy, channels);
        }
    }

    NeuronGradient(Neuron model, Text text, Map<String, FloatMatrix> sums) {
        this.text = text;
        this.sums = sums;
        this.names = List.copyOf(sums.keySet());
        this.allSums = List.copyOf(sums.values());
        this.ofNeuron = new float[names.size()];
        model.parameters().forEach((name, parameter) -> values.put(name, parameter.values()));
        EquationGradients back = new EquationGradients(text.cut.fire(), names, FLAGS, APART);
        this.fire = text.back(back);
        Equations first = text.cut.charge();
        this.charge = text.atSpike == null
                ? null
                : text.back(new EquationGradients(first, names, FLAGS, APART))
                        .with(EquationLoops.compile(graph -> first.charge(FLAGS, graph), text.rows.shared()));
        this.throughSpikes = back.throughSpikes();
        this.linear = charge == null && back.isLinear();
        this.needsCurrents = charge != null || back.needsInputs();
    }

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
     * @return one value, or one for each neuron in the order of the rows; none, where the model has no such parameter
     */
    public float[] values(String name) {
        return values.getOrDefault(name, NONE);
    }

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
        return needsCurrents;
    }

    /**
     * Tells whether gradients take the same way back through any step.
     *
     * @return whether there is one variable, and what a step makes of it and of currents depends on neither
     */
    public boolean isLinear() {
        return linear;
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
    public boolean resetsThroughSpikes() {
        return throughSpikes;
    }

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
    public NeuronBackward tile(int firstNeuron, int neurons) {
        return backward(sums, firstNeuron, neurons);
    }

    /**
     * Makes what takes all neurons of some samples back.
     *
     * @param firstSample the first of the samples
     * @param samples how many
     * @return an object for one thread, to which they are a batch
     */
    public NeuronBackward ofSamples(int firstSample, int samples) {
        Map<String, FloatMatrix> own = new LinkedHashMap<>();
        sums.forEach((name, sum) -> own.put(name, sum.rows(firstSample, samples)));
        return backward(own, 0, text.rows.neurons());
    }

    private NeuronBackward backward(Map<String, FloatMatrix> into, int firstNeuron, int count) {
        EquationBackward made = new EquationBackward(fire, into, firstNeuron, count);
        return charge == null || text.atSpike == null
                ? made
                : new RoundedBackward(
                        new EquationBackward(charge, into, firstNeuron, count),
                        made,
                        text.atSpike,
                        charge.names().size(),
                        count);
    }

    /** Takes the {@link #values} that the parameters have now. */
    public void update() {}

    /** Makes all sums zero. */
    public void clear() {
        for (int i = 0; i < allSums.size(); i++) {
            allSums.get(i).fill(0);
        }
    }

    /**
     * Computes the gradient of a parameter.
     *
     * @param name a parameter that is learned
     * @param into receives a value, or one for each neuron, in the order of the rows
     */
    public void gradient(String name, float[] into) {
        Arrays.fill(into, 0);
        for (int neuron = 0; neuron < text.rows.neurons(); neuron++) {
            for (int i = 0; i < ofNeuron.length; i++) {
                ofNeuron[i] = sum(allSums.get(i), neuron);
            }
            int at = into.length == 1 ? 0 : neuron;
            into[at] += gradient(name, neuron, ofNeuron);
        }
    }

    private static float sum(FloatMatrix samples, int neuron) {
        float sum = 0;
        for (int sample = 0; sample < samples.rows(); sample++) {
            sum += samples.get(sample, neuron);
        }
        return sum;
    }

    /** That of a neuron, from its {@link #sums}, which may be overwritten. */
    abstract float gradient(String name, int neuron, float[] ofSums);
}
