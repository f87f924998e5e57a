package dev.spikelane.neuron.gradient;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.equation.Derived;
import dev.spikelane.equation.DoubleProgram;
import dev.spikelane.equation.EquationGradients;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.LeakyText;
import dev.spikelane.loop.Node;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Recurrence;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass through the neurons of a model: gradients of its learned parameters, computed from the sums of
 * {@link NeuronBackward}.
 *
 * <p>A parameter's gradient is computed per neuron: the sum over samples ascending of the sums over steps descending,
 * times the derivative of the neuron's value with respect to the parameter. If all neurons share one value, these are
 * summed over neurons ascending. A share that is clamped to [0, 1] has no gradient outside.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class NeuronGradient {

    /** The parameter for the value of a spike. */
    public static final String SPIKE_FACTOR = LeakyText.FACTOR;

    private static final Set<String> FLAGS = Set.of(NeuronLoops.WINNER, NeuronLoops.PREVIOUS);
    private static final Set<String> APART = Set.of(NeuronLoops.WINNER, NeuronLoops.RESET);

    /** The sums of gradients, by the {@link #names} that a step reads. */
    private final Map<String, FloatMatrix> sums;

    /** Learned parameters, then their derived parameters, each after its origins. */
    private final List<String> names;

    private final @Nullable FloatMatrix[] allSums;
    /** From the last to the first. */
    private final List<Link> links = new ArrayList<>();

    private final float[] ofNeuron;
    private final NeuronGroup group;
    private final Text text;
    /** The backward pass of a step, or of its part after the charge. */
    private final EquationBackward.Neurons fire;

    private final EquationBackward.@Nullable Neurons charge;
    private final boolean throughSpikes;
    private final boolean needsCurrents;
    private final boolean linear;
    private final @Nullable DelayLine line;

    /**
     * A parameter derived from others.
     *
     * @param sum its index
     * @param derivatives with respect to all parameters before it
     */
    private record Link(int sum, DoubleProgram derivatives) {}

    /**
     * The differentiated text.
     *
     * @param of the neurons
     * @param cut two parts of a step; twice the whole if there is one
     * @param underFrame neurons that {@link LeakyFrame} supports; else null
     */
    private record Text(
            NeuronText of, Equations.Cut cut, @Nullable LeakyNeurons underFrame) {

        static Text of(Neuron model, NeuronGroup group, Set<String> learned) {
            NeuronText text = ((PortSteps<?>) group).differentiable();
            boolean carries = !model.spikeValue().isAlways(1) || learned.contains(SPIKE_FACTOR);
            boolean plain = !carries && learned.isEmpty();
            return new Text(
                    text,
                    text.back(carries),
                    plain && text instanceof LeakyNeurons leaky && LeakyFrame.fits(leaky) ? leaky : null);
        }

        private EquationBackward.Neurons back(EquationGradients of) {
            return EquationBackward.Neurons.of(of, this.of);
        }
    }

    private NeuronGradient(NeuronGroup group, Text text, List<String> names, Map<String, FloatMatrix> sums) {
        this.group = group;
        this.text = text;
        this.sums = sums;
        this.names = names;
        this.allSums = names.stream().map(sums::get).toArray(FloatMatrix[]::new);
        this.ofNeuron = new float[names.size()];
        Equations first = text.cut.charge();
        for (int i = names.size() - 1; i >= 0; i--) {
            Derived derived = first.derived().get(names.get(i));
            if (derived != null) {
                List<Node> derivatives = EquationGradients.derivatives(derived, names.subList(0, i));
                links.add(new Link(i, new DoubleProgram(derivatives)));
            }
        }
        List<String> read = List.copyOf(sums.keySet());
        EquationGradients back = new EquationGradients(text.cut.fire(), read, FLAGS, APART);
        this.fire = text.back(back);
        this.charge = text.of.atSpike() == null
                ? null
                : text.back(new EquationGradients(first, read, FLAGS, APART))
                        .with(EquationLoops.compile(
                                graph -> first.charge(FLAGS, graph),
                                text.of.parameters().shared()));
        this.throughSpikes = back.throughSpikes();
        this.line = ((PortSteps<?>) group).line();
        this.linear = charge == null && line == null && back.isLinear();
        this.needsCurrents = charge != null || back.needsInputs();
    }

    /**
     * Prepares the backward pass.
     *
     * @param arena the arena that owns the sums
     * @param model the model
     * @param group its neurons
     * @param batch samples
     * @param learned names of the learned parameters
     * @return the backward pass
     * @throws IllegalArgumentException if the model or a parameter has no gradient; the message says why
     */
    public static NeuronGradient of(Arena arena, Neuron model, NeuronGroup group, int batch, Set<String> learned) {
        Text text = Text.of(model, group, learned);
        Set<String> learnable = learnable(model);
        for (String name : learned) {
            if (!learnable.contains(name)) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' has no gradient, expected one of " + learnable);
            }
        }
        List<String> names = EquationGradients.sums(text.cut.charge(), learned);
        Map<String, FloatMatrix> sums = new LinkedHashMap<>();
        for (String name : EquationGradients.read(text.cut, names)) {
            sums.put(name, FloatMatrix.zeros(arena, batch, group.neurons()));
        }
        DelayLine line = ((PortSteps<?>) group).line();
        if (line != null && learned.contains(line.delay())) {
            sums.putIfAbsent(line.delay(), FloatMatrix.zeros(arena, batch, group.neurons()));
        }
        return new NeuronGradient(group, text, names, sums);
    }

    /**
     * Returns the parameters that can be learned.
     *
     * @param model a model
     * @return names, a subset of {@link Neuron#parameters}
     */
    public static Set<String> learnable(Neuron model) {
        Set<String> names = new TreeSet<>(model.parameters().keySet());
        switch (model) {
            case EquationNeuron own -> names.retainAll(EquationGradients.learnable(EquationParser.parse(own.text())));
            case Lif lif when lif.synapse().isAlways(0) -> names.remove("synapse"); // there is no synapse
            case LeakyParallel own
            when !(own.recurrence() instanceof Recurrence.By(OneToOne _)) ->
                names.remove("bias"); // the recurrence has its own
            default -> {}
        }
        return names;
    }

    /**
     * Returns a backward pass for other parameter values of the same model, with the same sums.
     *
     * @param now the model
     * @param neurons its neurons
     * @return the backward pass
     */
    public NeuronGradient with(Neuron now, NeuronGroup neurons) {
        return new NeuronGradient(neurons, Text.of(now, neurons, Set.copyOf(names)), names, sums);
    }

    /**
     * Returns true if the backward pass needs whole rows of neurons, one tile.
     *
     * @return true if neurons of a row depend on each other
     */
    public boolean coupled() {
        return group.coupled();
    }

    /**
     * Returns true if the backward pass needs the currents of all steps; else membranes suffice.
     *
     * @return true if {@link NeuronBackward.Step#currents} must be set
     */
    public boolean needsCurrents() {
        return needsCurrents;
    }

    /**
     * Returns true if the backward pass is equal at every step.
     *
     * @return true if there is one variable, and the derivatives of a step depend neither on it nor on currents
     */
    public boolean isLinear() {
        return linear;
    }

    /**
     * Returns true if neurons feed their own spikes back.
     *
     * @return true if {@link NeuronBackward.Step#previous} must be set
     */
    public boolean feedsOwnSpikes() {
        return text.of.feedsSpikes();
    }

    /**
     * Returns true if steps draw noise.
     *
     * @return true if {@link NeuronBackward.Step#noise} must be set
     */
    public boolean drawsNoise() {
        return text.of.seeds().length > 0;
    }

    /**
     * Returns true if some samples can run forward and backward without the others.
     *
     * @return true if steps pass only variables to the next step and draw nothing
     */
    public boolean samplesApart() {
        return ((PortSteps<?>) group).samplesApart();
    }

    /**
     * Returns true if spikes have gradients even if no other population reads them.
     *
     * @return true if a spike acts on its own step with a gradient, as a reset of
     *     {@link dev.spikelane.kernel.Reset.Time#SAME_STEP_DIFFERENCE} does
     */
    public boolean resetsThroughSpikes() {
        return throughSpikes;
    }

    /**
     * Returns the neurons for {@link LeakyFrame}.
     *
     * @return the neurons; null if they are others, carry values other than 1, or learn
     */
    public @Nullable LeakyNeurons underFrame() {
        return text.underFrame;
    }

    /**
     * Creates the backward pass of a tile.
     *
     * @param firstNeuron the first neuron of the tile
     * @param neurons neurons of the tile
     * @return an object for one thread
     */
    public NeuronBackward tile(int firstNeuron, int neurons) {
        return backward(sums, firstNeuron, neurons);
    }

    /**
     * Returns true if currents are delayed.
     *
     * @return true if {@link #delays(int, int)} may be called
     */
    public boolean delays() {
        return line != null;
    }

    /**
     * Creates the backward pass of a tile through delays.
     *
     * @param firstNeuron the first neuron of the tile
     * @param neurons neurons of the tile
     * @return an object for one thread
     */
    public DelayLine.Back delays(int firstNeuron, int neurons) {
        DelayLine own = Objects.requireNonNull(line);
        return new DelayLine.Back(own, sums.get(own.delay()), firstNeuron, neurons);
    }

    /**
     * Creates the backward pass of all neurons of some samples.
     *
     * @param firstSample the first of the samples
     * @param samples number of samples
     * @return an object for one thread, whose batch is these samples
     */
    public NeuronBackward ofSamples(int firstSample, int samples) {
        Map<String, FloatMatrix> own = new LinkedHashMap<>();
        sums.forEach((name, sum) -> own.put(name, sum.rows(firstSample, samples)));
        return backward(own, 0, text.of.parameters().neurons());
    }

    private NeuronBackward backward(Map<String, FloatMatrix> into, int firstNeuron, int count) {
        EquationBackward made = new EquationBackward(fire, into, firstNeuron, count);
        NeuronText.AtSpike atSpike = text.of.atSpike();
        return charge == null || atSpike == null
                ? made
                : new RoundedBackward(
                        new EquationBackward(charge, into, firstNeuron, count),
                        made,
                        atSpike,
                        charge.names().size(),
                        count);
    }

    /** Sets all sums to zero. */
    public void clear() {
        for (FloatMatrix sum : allSums) {
            if (sum != null) {
                sum.fill(0);
            }
        }
    }

    /**
     * Computes the gradient of a parameter.
     *
     * @param name a learned parameter
     * @param into receives one value, or one for each neuron, in the order of the rows
     */
    public void gradient(String name, float[] into) {
        Arrays.fill(into, 0);
        int place = names.indexOf(name);
        for (int neuron = 0; neuron < group.neurons(); neuron++) {
            for (int i = 0; i < ofNeuron.length; i++) {
                ofNeuron[i] = sum(allSums[i], neuron);
            }
            for (int i = 0; i < links.size(); i++) {
                Link link = links.get(i);
                link.derivatives.run(text.of.parameters(), neuron);
                for (int j = 0; j < link.sum; j++) {
                    float factor = (float) link.derivatives.value(j);
                    if (factor != 0) {
                        ofNeuron[j] += ofNeuron[link.sum] * factor;
                    }
                }
            }
            into[into.length == 1 ? 0 : neuron] += ofNeuron[place];
        }
    }

    private static float sum(@Nullable FloatMatrix samples, int neuron) {
        float sum = 0;
        for (int sample = 0; samples != null && sample < samples.rows(); sample++) {
            sum += samples.get(sample, neuron);
        }
        return sum;
    }
}
