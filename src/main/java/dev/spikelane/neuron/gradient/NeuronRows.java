package dev.spikelane.neuron.gradient;

import dev.spikelane.equation.BoundEquations;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.step.leaky.Differentiable;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.StateLeaky;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of a model's parameters where they change in place: the rows of its neurons follow, with the bits of
 * neurons that were made anew, and nothing is allocated.
 *
 * <p>Values are written to {@link #next}, then {@linkplain #takes judged} and {@linkplain #take taken} together.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class NeuronRows {

    /** The parameter that says what a spike carries. */
    public static final String SPIKE_FACTOR = "gradedSpikesFactor";

    /** Values as they are, and as they may become. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Values(float[] now, float[] next) {

        static Values of(float[] now) {
            return new Values(now, now.clone());
        }

        float next(int neuron) {
            return next[next.length == 1 ? 0 : neuron];
        }

        boolean areFinite() {
            boolean finite = true;
            for (float value : next) {
                finite &= Float.isFinite(value);
            }
            return finite;
        }

        void take() {
            System.arraycopy(next, 0, now, 0, now.length);
        }

        void restore() {
            System.arraycopy(now, 0, next, 0, now.length);
        }
    }

    /** A row of the neurons, which holds values as they are, or what follows from them. */
    private record Row(String name, Values values) {}

    private final Neuron model;
    /** The rows of neurons, which are of one kind or the other. */
    private final @Nullable LeakyParameters neurons;

    private final @Nullable BoundEquations equations;
    private final Map<String, Values> values = new LinkedHashMap<>();
    private final Map<String, List<Row>> rows = new LinkedHashMap<>();
    private final List<Values> all;
    /** What follows from parameters: the factor of an alpha function, or the share that is left after a step. */
    private final @Nullable Values derived;

    private final @Nullable Values carried;

    private NeuronRows(Neuron model, @Nullable LeakyParameters neurons, @Nullable BoundEquations equations) {
        this.model = model;
        this.neurons = neurons;
        this.equations = equations;
        model.parameters().forEach((name, parameter) -> values.put(name, Values.of(parameter.values())));
        this.derived = switch (model) {
            case Alpha alpha ->
                Values.of(new float[Math.max(alpha.alpha().count(), alpha.beta().count())]);
            case StateLeaky state -> Values.of(new float[state.beta().count()]);
            default -> null;
        };
        Parameter factor = model.parameters().get(SPIKE_FACTOR);
        this.carried = factor == null ? null : Values.of(new float[factor.count()]);
        derive();
        if (carried != null) {
            carried.take();
        }
        for (String name : NeuronGradient.learnable(model)) {
            rows.put(name, rows(name));
        }
        this.all = new ArrayList<>(values.values());
    }

    /**
     * Prepares changes in place.
     *
     * @param model a model, parameters of single neurons in the order of the rows
     * @param group its neurons
     * @return what changes them; null if they feed back to themselves, so that they have no rows
     */
    public static @Nullable NeuronRows of(Neuron model, NeuronGroup group) {
        return switch (group) {
            case BoundEquations neurons -> new NeuronRows(model, null, neurons);
            case Differentiable neurons -> new NeuronRows(model, neurons.gradientParameters(), null);
            default -> null;
        };
    }

    private List<Row> rows(String name) {
        List<Row> made = new ArrayList<>();
        if (neurons == null) {
            return made;
        }
        for (String sum : LeakyGradient.sums(model, name)) {
            boolean follows = sum.equals("scale") || model instanceof StateLeaky && name.equals("beta");
            Values held = follows ? Objects.requireNonNull(derived) : value(name);
            if (!neurons.has(sum)) {
                return List.of();
            }
            made.add(new Row(sum, held));
        }
        return made;
    }

    private Values value(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    /**
     * Returns where the next values of a parameter are written.
     *
     * @param name one of the model's parameters
     * @return a value, or one for each neuron, in the order of the rows; null if the neurons do not have the parameter
     *     as a row
     */
    public float @Nullable [] next(String name) {
        boolean there = equations == null ? !rows.getOrDefault(name, List.of()).isEmpty() : rows.containsKey(name);
        return there ? value(name).next : null;
    }

    /**
     * Copies the values that a parameter has now.
     *
     * @param name one of the model's parameters
     * @param into receives a value, or one for each neuron, in the order of the rows
     */
    public void read(String name, float[] into) {
        System.arraycopy(value(name).now, 0, into, 0, into.length);
    }

    /**
     * Returns the values that all parameters have now.
     *
     * @return copies by name, in the order of the rows
     */
    public Map<String, Parameter> parameters() {
        Map<String, Parameter> now = new LinkedHashMap<>();
        values.forEach((name, of) -> now.put(name, Parameter.of(of.now)));
        return now;
    }

    /**
     * Returns what spikes will carry with the next values.
     *
     * @return one value, or one for each neuron in the order of the rows, which later changes overwrite; null if no
     *     parameter says it
     */
    public float @Nullable [] nextCarried() {
        return carried == null ? null : carried.next;
    }

    /**
     * Returns what spikes carry now.
     *
     * @return as {@link #nextCarried}
     */
    public float @Nullable [] carried() {
        return carried == null ? null : carried.now;
    }

    /**
     * Tells whether the model takes the next values together.
     *
     * @param names parameters whose next values were written
     * @return false if not; next values are then as they are now
     */
    public boolean takes(List<String> names) {
        derive();
        boolean fits = fits();
        if (!fits) {
            restore(names);
        }
        return fits;
    }

    /**
     * Gives the neurons the next values of some parameters, which their model {@linkplain #takes takes}.
     *
     * @param names parameters whose next values were written
     */
    public void take(List<String> names) {
        if (carried != null) {
            carried.take();
        }
        for (int i = 0; i < names.size(); i++) {
            value(names.get(i)).take();
            List<Row> own = rows.getOrDefault(names.get(i), List.of());
            if (equations != null) {
                float[] held = equations.parameters().values(names.get(i));
                System.arraycopy(value(names.get(i)).now, 0, held, 0, held.length);
            }
            for (int j = 0; j < own.size() && neurons != null; j++) {
                neurons.set(own.get(j).name, own.get(j).values.next);
            }
        }
        if (equations != null) {
            equations.update();
        }
    }

    /**
     * Forgets next values that were written.
     *
     * @param names parameters
     */
    public void restore(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            Values changed = values.get(names.get(i));
            if (changed != null) {
                changed.restore();
            }
        }
    }

    /** Computes what follows from the next values. */
    private void derive() {
        for (int i = 0; derived != null && i < derived.next.length; i++) {
            derived.next[i] = model instanceof Alpha
                    ? Alpha.scale(value("alpha").next(i), value("beta").next(i))
                    : StateLeaky.share(value("beta").next(i));
        }
        for (int i = 0; carried != null && i < carried.next.length; i++) {
            carried.next[i] = LeakyGradient.carried(model, value(SPIKE_FACTOR).next(i));
        }
    }

    /** Whether the model takes the next values, and keeps the form of its neurons. */
    private boolean fits() {
        boolean fits = (derived == null || derived.areFinite()) && (carried == null || carried.areFinite());
        for (int i = 0; i < all.size(); i++) {
            fits &= all.get(i).areFinite();
        }
        return fits
                && switch (model) {
                    case Alpha _ -> ordered();
                    case StateLeaky _ -> highest(value("beta").next) <= 1;
                    case Lif lif -> fits(lif);
                    default -> true;
                };
    }

    private boolean ordered() {
        boolean ordered = true;
        for (int i = 0; derived != null && i < derived.next.length; i++) {
            float slow = Math.clamp(value("alpha").next(i), 0.0f, 1.0f);
            ordered &= slow > Math.clamp(value("beta").next(i), 0.0f, 1.0f);
        }
        return ordered;
    }

    private static float highest(float[] of) {
        float highest = of[0];
        for (float value : of) {
            highest = Math.max(highest, value);
        }
        return highest;
    }

    /** Nothing divides by zero, and a synapse stays. */
    private boolean fits(Lif lif) {
        boolean divides = lif.decay() == Decay.DIVIDE;
        boolean fits = true;
        for (float leak : value("leak").next) {
            fits &= !divides || leak != 0;
        }
        boolean synapse = false;
        for (float share : value("synapse").next) {
            synapse |= share != 0;
        }
        return fits && (synapse || !rows.containsKey("synapse"));
    }
}
