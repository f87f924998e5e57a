package dev.spikelane.neuron.gradient;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.equation.EquationGradients;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.Frame;
import dev.spikelane.equation.ParameterRows;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.kernel.step.LeakyParameter;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.leaky.Differentiable;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.LeakyText;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The way back through neurons of {@link LeakyParameters}. */
final class LeakyGradient extends NeuronGradient implements ParameterRows {

    /** How a parameter enters the neurons: a factor for each neuron's sum. */
    private interface Chain {
        float factor(LeakyGradient of, int neuron);
    }

    private record Link(LeakyParameter sum, Chain chain) {}

    private static final LeakyParameter[] ALL = LeakyParameter.values();
    private static final Chain ONE = (of, neuron) -> 1;
    private static final Set<String> FLAGS = Set.of(NeuronLoops.WINNER, NeuronLoops.PREVIOUS);

    private final Differentiable group;
    private final LeakyParameters parameters;
    private final Map<String, List<Link>> links;
    private final Map<LeakyParameter, FloatMatrix> sums = new EnumMap<>(LeakyParameter.class);
    private final boolean needsCurrents;
    private final Neuron model;
    /** The parameters' values in the order of the rows. */
    private final Map<String, float[]> values = new HashMap<>();
    /** What a spike of each neuron carries; null if that is 1 and stays so. */
    private final @Nullable FloatMatrix factors;
    /** The way back of the neurons, or of what comes behind their charge. */
    private final EquationBackward.Neurons equations;

    /** That of their charge, if something happens behind it. */
    private final EquationBackward.@Nullable Neurons charge;

    private LeakyGradient(
            Neuron model,
            Differentiable group,
            LeakyParameters parameters,
            Map<String, List<Link>> links,
            Set<LeakyParameter> wanted) {
        this.model = model;
        this.group = group;
        this.parameters = parameters;
        this.links = links;
        model.parameters().forEach((name, parameter) -> values.put(name, parameter.values()));
        this.factors = model.spikeValue().isAlways(1) && !wanted.contains(LeakyParameter.FACTOR)
                ? null
                : FloatMatrix.zeros(1, parameters.neurons());
        List<String> names = wanted.stream().map(this::name).toList();
        Equations.Cut cut = LeakyText.back(parameters, factors != null, wanted);
        EquationGradients back = differentiated(cut.fire(), names);
        this.equations = loops(back);
        this.charge = parameters.split()
                ? loops(differentiated(cut.charge(), names))
                        .with(EquationLoops.compile(graph -> cut.charge().charge(FLAGS, graph), shared()))
                : null;
        this.needsCurrents = parameters.split() || back.needsInputs();
        update();
    }

    private static EquationGradients differentiated(Equations of, List<String> sums) {
        return new EquationGradients(of, sums, FLAGS, Set.of(NeuronLoops.WINNER, NeuronLoops.RESET));
    }

    /** The parameter of the text that a sum is of; what resets takes the factor of an inhibited spike. */
    private String name(LeakyParameter sum) {
        return sum == LeakyParameter.FACTOR && parameters.options.inhibition() ? "fired" : LeakyText.name(sum);
    }

    private EquationBackward.Neurons loops(EquationGradients back) {
        return EquationBackward.Neurons.of(back, this, null, parameters.channels);
    }

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    /** A factor that is 1 has no row, but a gradient. */
    @Override
    public Set<String> shared() {
        Set<String> shared = new HashSet<>(parameters.shared());
        if (LeakyText.gains(parameters) == 0) {
            shared.add(LeakyText.name(LeakyParameter.GAIN));
        }
        return shared;
    }

    @Override
    public void put(Frame frame) {
        parameters.put(frame);
        frame.share(LeakyText.name(LeakyParameter.GAIN), new float[] {1});
        if (factors != null) {
            frame.put(LeakyText.CARRIES, factors.segment(), 0, 0);
        }
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
    static LeakyGradient prepare(Arena arena, Neuron model, NeuronGroup group, int batch, Set<String> learned) {
        if (!(group instanceof Differentiable neurons)) {
            throw new IllegalArgumentException(
                    "neurons that feed back to themselves have a gradient only as a projection of a network");
        }
        LeakyParameters parameters = neurons.gradientParameters();
        Map<String, List<Link>> links = links(model);
        Set<LeakyParameter> wanted = EnumSet.noneOf(LeakyParameter.class);
        for (String name : learned) {
            List<Link> found = links.get(name);
            if (found == null) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' has no gradient, expected one of " + links.keySet());
            }
            found.forEach(link -> wanted.add(link.sum));
        }
        LeakyGradient made = new LeakyGradient(model, neurons, parameters, links, wanted);
        for (LeakyParameter sum : wanted) {
            made.sums.put(sum, FloatMatrix.zeros(arena, batch, group.neurons()));
        }
        return made;
    }

    @Override
    public NeuronGradient with(Neuron now, NeuronGroup neurons) {
        Differentiable own = (Differentiable) neurons; // as those of the same model were before
        LeakyGradient made = new LeakyGradient(now, own, own.gradientParameters(), links, sums.keySet());
        made.sums.putAll(sums);
        return made;
    }

    static Set<String> learnableOf(Neuron model) {
        return links(model).keySet();
    }

    /** The rows of neurons that a parameter enters. */
    static List<LeakyParameter> sums(Neuron model, String name) {
        return links(model, name).stream().map(Link::sum).toList();
    }

    @Override
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
            case "threshold", "deltaThreshold" -> List.of(new Link(LeakyParameter.THRESHOLD, ONE));
            case "leak" -> List.of(new Link(LeakyParameter.LEAK, ONE));
            case "gain" -> List.of(new Link(LeakyParameter.GAIN, ONE));
            case "rest" -> List.of(new Link(LeakyParameter.REST, ONE));
            case "resetPotential" -> List.of(new Link(LeakyParameter.POTENTIAL, ONE));
            case "synapse" ->
                model instanceof Lif lif && lif.synapse().isAlways(0)
                        ? List.of() // there is no synapse
                        : List.of(new Link(LeakyParameter.SYNAPSE, clamped(name)));
            case "bias" ->
                model.recurrence() instanceof Recurrence.By(OneToOne _)
                        ? List.of(new Link(LeakyParameter.OWN, ONE))
                        : List.of(); // the recurrence has its own
            case "V" ->
                List.of(new Link(model instanceof LeakyParallel ? LeakyParameter.LEAK : LeakyParameter.OWN, ONE));
            case NeuronRows.SPIKE_FACTOR ->
                List.of(new Link(
                        LeakyParameter.FACTOR,
                        model instanceof StateLeaky ? (of, i) -> 2 * of.value(name, i) : LeakyGradient::byFactor));
            case "alpha" -> alpha(model, name);
            case "beta" ->
                switch (model) {
                    case Alpha _ ->
                        List.of(
                                new Link(LeakyParameter.LEAK, clamped(name)),
                                new Link(LeakyParameter.SCALE, LeakyGradient::scaleByBeta));
                    case StateLeaky state ->
                        List.of(new Link(
                                state.quantization().equals(Quantization.NONE)
                                        ? LeakyParameter.LEAK
                                        : LeakyParameter.SYNAPSE,
                                LeakyGradient::shareByBeta)); // what is rounded stands beside the sum
                    default -> List.of(new Link(LeakyParameter.LEAK, clamps ? clamped(name) : ONE));
                };
            default -> List.of();
        };
    }

    private static List<Link> alpha(Neuron model, String name) {
        Link share = new Link(LeakyParameter.SYNAPSE, clamped(name));
        return model instanceof Alpha
                ? List.of(share, new Link(LeakyParameter.SCALE, LeakyGradient::scaleByAlpha))
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
    private static float scaleByAlpha(LeakyGradient of, int neuron) {
        double a = of.value("alpha", neuron);
        double b = of.value("beta", neuron);
        double difference = Math.log(b) - Math.log(a);
        return a > 1 || b < 0 ? 0 : (float) (Math.log(b) / (a * difference * difference));
    }

    private static float scaleByBeta(LeakyGradient of, int neuron) {
        double a = of.value("alpha", neuron);
        double b = of.value("beta", neuron);
        double difference = Math.log(b) - Math.log(a);
        return a > 1 || b < 0 ? 0 : (float) (-Math.log(a) / (b * difference * difference));
    }

    /** An inhibited spike is divided by the factor, unless that is 0. */
    private static float byFactor(LeakyGradient of, int neuron) {
        float factor = of.value(NeuronRows.SPIKE_FACTOR, neuron);
        return !of.parameters.options.inhibition() ? 1 : factor == 0 ? -1 : -1 / (factor * factor);
    }

    /** What is left after a step is {@code exp(-((1 - beta) + 1e-12))}. */
    private static float shareByBeta(LeakyGradient of, int neuron) {
        return (float) Math.exp(-(1 - (double) of.value("beta", neuron)));
    }

    @Override
    public boolean coupled() {
        return parameters.coupled();
    }

    @Override
    public boolean needsCurrents() {
        return needsCurrents;
    }

    @Override
    public boolean feedsOwnSpikes() {
        return group.feedsSpikes();
    }

    @Override
    public boolean samplesApart() {
        return group.samplesApart();
    }

    @Override
    public boolean resetsThroughSpikes() {
        return parameters.resetsThroughSpikes();
    }

    @Override
    public @Nullable LeakyParameters underFrame() {
        boolean fits = LeakyFrame.fits(parameters) && model.spikeValue().isAlways(1) && sums.isEmpty();
        return fits ? parameters : null;
    }

    @Override
    public NeuronBackward tile(int firstNeuron, int neurons) {
        return backward(sums, firstNeuron, neurons);
    }

    @Override
    public NeuronBackward ofSamples(int firstSample, int samples) {
        Map<LeakyParameter, FloatMatrix> own = new EnumMap<>(LeakyParameter.class);
        sums.forEach((parameter, sum) -> own.put(parameter, sum.rows(firstSample, samples)));
        return backward(own, 0, parameters.neurons());
    }

    private NeuronBackward backward(Map<LeakyParameter, FloatMatrix> into, int firstNeuron, int neurons) {
        EquationBackward.Neurons first = charge;
        Map<String, FloatMatrix> named = new LinkedHashMap<>();
        into.forEach((sum, matrix) -> named.put(name(sum), matrix));
        EquationBackward made = new EquationBackward(equations, named, firstNeuron, neurons);
        return first == null
                ? made
                : new RoundedBackward(
                        new EquationBackward(first, named, firstNeuron, neurons),
                        made,
                        parameters::atSpike,
                        first.names().size(),
                        neurons);
    }

    @Override
    public void update() {
        FloatMatrix into = factors;
        for (int i = 0; into != null && i < into.columns(); i++) {
            into.set(0, i, carried(model, value(NeuronRows.SPIKE_FACTOR, i)));
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

    @Override
    public void clear() {
        for (LeakyParameter sum : ALL) {
            FloatMatrix matrix = sums.get(sum);
            if (matrix != null) {
                matrix.fill(0);
            }
        }
    }

    @Override
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
