package dev.spikelane.neuron.gradient;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.step.LeakySums;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.cell.LstmBackward;
import dev.spikelane.kernel.step.leaky.LeakyBackward;
import dev.spikelane.kernel.step.leaky.LeakyBackwardVector;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.Reversible;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.StateLeaky;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
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
public final class NeuronGradient {

    /** How a parameter enters the neurons: a factor for each neuron's sum. */
    private interface Chain {
        float factor(NeuronGradient of, int neuron);
    }

    private record Link(LeakySums sum, Chain chain) {}

    private static final LeakySums[] ALL = LeakySums.values();
    private static final Chain ONE = (of, neuron) -> 1;

    private final Reversible group;
    private final LeakyParameters parameters;
    private final Map<String, List<Link>> links;
    private final Map<LeakySums, FloatMatrix> sums = new EnumMap<>(LeakySums.class);
    private final boolean needsCurrents;
    private final Neuron model;
    /** The parameters' values in the order of the rows. */
    private final Map<String, float[]> values = new HashMap<>();
    /** What a spike of each neuron carries; null if that is 1 and stays so. */
    private final float @Nullable [] factors;

    private NeuronGradient(
            Neuron model,
            Reversible group,
            LeakyParameters parameters,
            Map<String, List<Link>> links,
            Set<LeakySums> wanted,
            boolean needsCurrents) {
        this.model = model;
        this.group = group;
        this.parameters = parameters;
        this.links = links;
        this.needsCurrents = needsCurrents;
        model.parameters().forEach((name, parameter) -> values.put(name, parameter.values()));
        this.factors = model.spikeValue().isAlways(1) && !wanted.contains(LeakySums.FACTOR)
                ? null
                : new float[parameters.neurons()];
        update();
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
        if (!(group instanceof Reversible neurons)) {
            throw new IllegalArgumentException(
                    "neurons that feed back to themselves have a gradient only as a projection of a network");
        }
        LeakyParameters parameters = neurons.gradientParameters();
        Map<String, List<Link>> links = links(model);
        Set<LeakySums> wanted = EnumSet.noneOf(LeakySums.class);
        for (String name : learned) {
            List<Link> found = links.get(name);
            if (found == null) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' has no gradient, expected one of " + links.keySet());
            }
            found.forEach(link -> wanted.add(link.sum));
        }
        boolean needsCurrents = neurons.cellChannels() > 0 || LeakyBackward.needsCurrents(parameters, wanted);
        NeuronGradient made = new NeuronGradient(model, neurons, parameters, links, wanted, needsCurrents);
        for (LeakySums sum : wanted) {
            made.sums.put(sum, FloatMatrix.zeros(arena, batch, group.neurons()));
        }
        return made;
    }

    /**
     * Goes on with other parameters of the same model, and the same sums.
     *
     * @param now the model
     * @param neurons its neurons
     * @return the way back
     */
    public NeuronGradient with(Neuron now, NeuronGroup neurons) {
        Reversible own = (Reversible) neurons; // as those of the same model were before
        NeuronGradient made =
                new NeuronGradient(now, own, own.gradientParameters(), links, sums.keySet(), needsCurrents);
        made.sums.putAll(sums);
        return made;
    }

    /**
     * Returns the parameters that can be learned.
     *
     * @param model a model
     * @return names, some of those of {@link Neuron#parameters}
     */
    public static Set<String> learnable(Neuron model) {
        return links(model).keySet();
    }

    /** The rows of neurons that a parameter enters. */
    static List<LeakySums> sums(Neuron model, String name) {
        return links(model, name).stream().map(Link::sum).toList();
    }

    /**
     * Returns the values of a parameter, to be overwritten when those of the same neurons have changed in place.
     *
     * @param name one of the model's parameters
     * @return one value, or one for each neuron in the order of the rows
     */
    public float[] values(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    private static Map<String, List<Link>> links(Neuron model) {
        Map<String, List<Link>> links = new TreeMap<>();
        for (String name : model.parameters().keySet()) {
            List<Link> found = links(model, name);
            if (!found.isEmpty()) {
                links.put(name, found);
            }
        }
        return links;
    }

    private static List<Link> links(Neuron model, String name) {
        boolean clamps = !(model instanceof DeltaLeaky || model instanceof HandLif);
        return switch (name) {
            case "threshold", "deltaThreshold" -> List.of(new Link(LeakySums.THRESHOLD, ONE));
            case "leak" -> List.of(new Link(LeakySums.LEAK, ONE));
            case "gain" -> List.of(new Link(LeakySums.GAIN, ONE));
            case "rest" -> List.of(new Link(LeakySums.REST, ONE));
            case "resetPotential" -> List.of(new Link(LeakySums.POTENTIAL, ONE));
            case "synapse" ->
                model instanceof Lif lif && lif.synapse().isAlways(0)
                        ? List.of() // there is no synapse
                        : List.of(new Link(LeakySums.SYNAPSE, clamped(name)));
            case "bias" ->
                model.recurrence() instanceof Recurrence.By(OneToOne _)
                        ? List.of(new Link(LeakySums.OWN, ONE))
                        : List.of(); // the recurrence has its own
            case "V" -> List.of(new Link(model instanceof LeakyParallel ? LeakySums.LEAK : LeakySums.OWN, ONE));
            case NeuronRows.SPIKE_FACTOR ->
                List.of(new Link(
                        LeakySums.FACTOR, model instanceof StateLeaky ? (of, i) -> 2 * of.value(name, i) : ONE));
            case "alpha" -> alpha(model, name);
            case "beta" ->
                switch (model) {
                    case Alpha _ ->
                        List.of(
                                new Link(LeakySums.LEAK, clamped(name)),
                                new Link(LeakySums.SCALE, NeuronGradient::scaleByBeta));
                    case StateLeaky state ->
                        List.of(new Link(
                                state.quantization().equals(Quantization.NONE) ? LeakySums.LEAK : LeakySums.SYNAPSE,
                                NeuronGradient::shareByBeta)); // what is rounded stands beside the sum
                    default -> List.of(new Link(LeakySums.LEAK, clamps ? clamped(name) : ONE));
                };
            default -> List.of();
        };
    }

    private static List<Link> alpha(Neuron model, String name) {
        Link share = new Link(LeakySums.SYNAPSE, clamped(name));
        return model instanceof Alpha
                ? List.of(share, new Link(LeakySums.SCALE, NeuronGradient::scaleByAlpha))
                : List.of(share);
    }

    private float value(String name, int neuron) {
        float[] all = values.get(name);
        return all == null ? Float.NaN : all[all.length == 1 ? 0 : neuron];
    }

    private static Chain clamped(String name) {
        return (of, neuron) -> {
            float share = of.value(name, neuron);
            return share >= 0 && share <= 1 ? 1 : 0;
        };
    }

    /** The scale of an alpha function is {@code ln a / (ln b - ln a) + 1}. */
    private static float scaleByAlpha(NeuronGradient of, int neuron) {
        double a = of.value("alpha", neuron);
        double b = of.value("beta", neuron);
        double difference = Math.log(b) - Math.log(a);
        return a > 1 || b < 0 ? 0 : (float) (Math.log(b) / (a * difference * difference));
    }

    private static float scaleByBeta(NeuronGradient of, int neuron) {
        double a = of.value("alpha", neuron);
        double b = of.value("beta", neuron);
        double difference = Math.log(b) - Math.log(a);
        return a > 1 || b < 0 ? 0 : (float) (-Math.log(a) / (b * difference * difference));
    }

    /** What is left after a step is {@code exp(-((1 - beta) + 1e-12))}. */
    private static float shareByBeta(NeuronGradient of, int neuron) {
        return (float) Math.exp(-(1 - (double) of.value("beta", neuron)));
    }

    /**
     * Tells whether rows of neurons must be taken back as a whole.
     *
     * @return whether there can be one tile only
     */
    public boolean coupled() {
        return group.cellChannels() > 0 || LeakyBackward.coupled(parameters);
    }

    /**
     * Tells whether currents of all steps are needed; else membranes alone.
     *
     * @return whether {@link NeuronBackward.Step#current} must be there
     */
    public boolean needsCurrents() {
        return needsCurrents;
    }

    /**
     * Tells whether neurons feed their own spikes back.
     *
     * @return whether {@link NeuronBackward.Step#previous} must be there
     */
    public boolean feedsOwnSpikes() {
        return group.feedsSpikes();
    }

    /**
     * Tells whether some samples can go forward and back by themselves.
     *
     * @return whether nothing but the variables goes from step to step, and nothing is drawn
     */
    public boolean samplesApart() {
        return group.samplesApart();
    }

    /**
     * Tells whether a reset lets gradients into spikes, so that spikes have gradients though nobody else takes them.
     *
     * @return whether the reset is that of {@link dev.spikelane.kernel.ResetTime#SAME_STEP_DIFFERENCE}
     */
    public boolean resetsThroughSpikes() {
        return LeakyBackward.resetsThroughSpikes(parameters);
    }

    /**
     * Returns the parameters of neurons that can be run under a frame.
     *
     * @return what {@link LeakyFrame} takes; null if the neurons are others, carry other values than 1, or learn
     */
    public @Nullable LeakyParameters underFrame() {
        boolean fits = group.cellChannels() == 0
                && LeakyFrame.fits(parameters)
                && model.spikeValue().isAlways(1)
                && sums.isEmpty();
        return fits ? parameters : null;
    }

    /**
     * Makes what takes a tile back.
     *
     * @param firstNeuron the first neuron of the tile
     * @param neurons neurons of the tile
     * @return an object for one thread
     */
    public NeuronBackward tile(int firstNeuron, int neurons) {
        NeuronBackward made = steps(firstNeuron, neurons);
        sums.forEach(made::sum);
        return made;
    }

    /**
     * Makes what takes all neurons of some samples back.
     *
     * @param firstSample the first of the samples
     * @param samples how many
     * @return an object for one thread, to which they are a batch
     */
    public NeuronBackward ofSamples(int firstSample, int samples) {
        NeuronBackward made = steps(0, parameters.neurons());
        sums.forEach((parameter, sum) -> made.sum(parameter, sum.rows(firstSample, samples)));
        return made;
    }

    private NeuronBackward steps(int firstNeuron, int neurons) {
        if (group.cellChannels() > 0) {
            return new LstmBackward(parameters, group.cellChannels());
        }
        return SimdWidth.VECTOR && factors == null && sums.isEmpty() && parameters.isPlain()
                ? new LeakyBackwardVector(parameters, firstNeuron, neurons)
                : new LeakyBackward(parameters, firstNeuron, neurons, factors);
    }

    /** Takes the {@link #values} that the parameters have now. */
    public void update() {
        float[] into = factors;
        for (int i = 0; into != null && i < into.length; i++) {
            into[i] = carried(model, value(NeuronRows.SPIKE_FACTOR, i));
        }
    }

    /** What a spike carries, as {@link Neuron#spikeValue} says for all. */
    static float carried(Neuron model, float factor) {
        return switch (model) {
            case Leaky leaky when leaky.firing().inhibition() -> 1;
            case StateLeaky _ -> factor * factor;
            default -> factor;
        };
    }

    /** Makes all sums zero. */
    public void clear() {
        for (LeakySums sum : ALL) {
            FloatMatrix matrix = sums.get(sum);
            if (matrix != null) {
                matrix.fill(0);
            }
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
        List<Link> all = links.getOrDefault(name, List.of());
        for (int neuron = 0; neuron < parameters.neurons(); neuron++) {
            float total = 0;
            for (int i = 0; i < all.size(); i++) {
                Link link = all.get(i);
                float sum = sum(sums.get(link.sum), neuron) * link.chain.factor(this, neuron);
                total = i == 0 ? sum : total + sum;
            }
            int at = into.length == 1 ? 0 : neuron;
            into[at] = into[at] + total;
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
