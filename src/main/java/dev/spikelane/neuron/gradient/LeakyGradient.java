package dev.spikelane.neuron.gradient;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.ParameterRows;
import dev.spikelane.kernel.step.leaky.Differentiable;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.LeakyText;
import dev.spikelane.loop.Frame;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The way back through neurons of {@link LeakyParameters}. */
final class LeakyGradient extends NeuronGradient {

    /** How a parameter enters the neurons: a factor for each neuron's sum. */
    private interface Chain {
        float factor(LeakyGradient of, int neuron);
    }

    /** A parameter of the text, and how it follows. */
    private record Link(String sum, Chain chain) {}

    private static final Chain ONE = (of, neuron) -> 1;

    private final Differentiable group;
    private final LeakyParameters parameters;
    private final Map<String, List<Link>> links;
    private final Neuron model;
    /** What a spike of each neuron carries; null if that is 1 and stays so. */
    private final @Nullable FloatMatrix factors;

    private LeakyGradient(
            Neuron model, Differentiable group, Map<String, List<Link>> links, Map<String, FloatMatrix> sums) {
        LeakyParameters of = group.gradientParameters();
        FloatMatrix carried = model.spikeValue().isAlways(1) && !sums.containsKey(LeakyText.CARRIES)
                ? null
                : FloatMatrix.zeros(1, of.neurons());
        Equations.Cut cut = LeakyText.back(of, carried != null, sums.containsKey(LeakyText.GAIN));
        super(model, new Text(cut, new Rows(of, carried), null, of.channels, of.split() ? of::atSpike : null), sums);
        this.model = model;
        this.group = group;
        this.parameters = of;
        this.links = links;
        this.factors = carried;
        update();
    }

    /** The parameters, and what the way back has beside them. */
    private record Rows(LeakyParameters of, @Nullable FloatMatrix factors) implements ParameterRows {

        @Override
        public int neurons() {
            return of.neurons();
        }

        /** A factor that is 1 has no row, but a gradient. */
        @Override
        public Set<String> shared() {
            Set<String> shared = new HashSet<>(of.shared());
            if (!of.has(LeakyText.GAIN)) {
                shared.add(LeakyText.GAIN);
            }
            return shared;
        }

        @Override
        public void put(Frame frame) {
            of.put(frame);
            frame.share(LeakyText.GAIN, new float[] {1});
            if (factors != null) {
                frame.put(LeakyText.CARRIES, factors.segment(), 0, 0);
            }
        }
    }

    /** The parameter of the text that is added up; what resets takes the factor of an inhibited spike. */
    private static String sum(LeakyParameters of, Link link) {
        return link.sum.equals(LeakyText.CARRIES) && of.options.inhibition() ? LeakyText.FIRED : link.sum;
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
        Map<String, FloatMatrix> sums = new TreeMap<>();
        for (String name : learned) {
            List<Link> found = links.get(name);
            if (found == null) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' has no gradient, expected one of " + links.keySet());
            }
            found.forEach(link -> sums.put(sum(parameters, link), FloatMatrix.zeros(arena, batch, group.neurons())));
        }
        return new LeakyGradient(model, neurons, links, sums);
    }

    @Override
    public NeuronGradient with(Neuron now, NeuronGroup neurons) {
        return new LeakyGradient(now, (Differentiable) neurons, links, sums);
    }

    static Set<String> learnableOf(Neuron model) {
        return links(model).keySet();
    }

    /** The rows of neurons that a parameter enters. */
    static List<String> sums(Neuron model, String name) {
        return links(model, name).stream()
                .map(link -> link.sum.equals(LeakyText.CARRIES) ? LeakyText.FIRED : link.sum)
                .toList();
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
            case "threshold", "deltaThreshold" -> List.of(new Link("threshold", ONE));
            case "leak" -> List.of(new Link("leak", ONE));
            case "gain" -> List.of(new Link(LeakyText.GAIN, ONE));
            case "rest" -> List.of(new Link("rest", ONE));
            case "resetPotential" -> List.of(new Link("potential", ONE));
            case "synapse" ->
                model instanceof Lif lif && lif.synapse().isAlways(0)
                        ? List.of() // there is no synapse
                        : List.of(new Link("alpha", clamped(name)));
            case "bias" ->
                model.recurrence() instanceof Recurrence.By(OneToOne _)
                        ? List.of(new Link("own", ONE))
                        : List.of(); // the recurrence has its own
            case "V" -> List.of(new Link(model instanceof LeakyParallel ? "leak" : "own", ONE));
            case NeuronRows.SPIKE_FACTOR ->
                List.of(new Link(
                        LeakyText.CARRIES,
                        model instanceof StateLeaky ? (of, i) -> 2 * of.value(name, i) : LeakyGradient::byFactor));
            case "alpha" -> alpha(model, name);
            case "beta" ->
                switch (model) {
                    case Alpha _ ->
                        List.of(new Link("leak", clamped(name)), new Link("scale", LeakyGradient::scaleByBeta));
                    case StateLeaky state ->
                        List.of(new Link(
                                state.quantization().equals(Quantization.NONE) ? "leak" : "alpha",
                                LeakyGradient::shareByBeta)); // what is rounded stands beside the sum
                    default -> List.of(new Link("leak", clamps ? clamped(name) : ONE));
                };
            default -> List.of();
        };
    }

    private static List<Link> alpha(Neuron model, String name) {
        Link share = new Link("alpha", clamped(name));
        return model instanceof Alpha ? List.of(share, new Link("scale", LeakyGradient::scaleByAlpha)) : List.of(share);
    }

    private float value(String name, int neuron) {
        float[] all = values(name);
        return all.length == 0 ? Float.NaN : all[all.length == 1 ? 0 : neuron];
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
        double difference = StrictMath.log(b) - StrictMath.log(a);
        return a > 1 || b < 0 ? 0 : (float) (StrictMath.log(b) / (a * difference * difference));
    }

    private static float scaleByBeta(LeakyGradient of, int neuron) {
        double a = of.value("alpha", neuron);
        double b = of.value("beta", neuron);
        double difference = StrictMath.log(b) - StrictMath.log(a);
        return a > 1 || b < 0 ? 0 : (float) (-StrictMath.log(a) / (b * difference * difference));
    }

    /** An inhibited spike is divided by the factor, unless that is 0. */
    private static float byFactor(LeakyGradient of, int neuron) {
        float factor = of.value(NeuronRows.SPIKE_FACTOR, neuron);
        return !of.parameters.options.inhibition() ? 1 : factor == 0 ? -1 : -1 / (factor * factor);
    }

    /** What is left after a step is {@code exp(-((1 - beta) + 1e-12))}. */
    private static float shareByBeta(LeakyGradient of, int neuron) {
        return (float) StrictMath.exp(-(1 - (double) of.value("beta", neuron)));
    }

    @Override
    public boolean coupled() {
        return parameters.coupled();
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
    public @Nullable LeakyParameters underFrame() {
        boolean fits = LeakyFrame.fits(parameters) && model.spikeValue().isAlways(1) && sums.isEmpty();
        return fits ? parameters : null;
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
    float gradient(String name, int neuron, float[] ofSums) {
        List<Link> all = links.getOrDefault(name, List.of());
        float total = 0;
        for (int i = 0; i < all.size(); i++) {
            Link link = all.get(i);
            float sum = ofSums[names.indexOf(sum(parameters, link))] * link.chain.factor(this, neuron);
            total = i == 0 ? sum : total + sum;
        }
        return total;
    }
}
