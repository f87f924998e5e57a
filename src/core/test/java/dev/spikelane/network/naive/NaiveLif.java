package dev.spikelane.network.naive;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.ResidualNetworks;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.simd.Logarithm;
import org.jspecify.annotations.Nullable;

/** The equations of all models that are plain operations on each neuron, as in their Javadoc. */
public final class NaiveLif extends NaiveNeurons {

    private static final Parameter ONE = Parameter.of(1);
    private static final ThresholdAndReset NO_RESET = ThresholdAndReset.DEFAULT.withReset(Reset.NONE);

    final Shape shape;
    final ThresholdAndReset firing;
    public Decay decay = Decay.MULTIPLY;
    Parameter leak = ONE;
    boolean clampsLeak = true;
    Parameter[] gains = {};

    @Nullable
    Parameter synapse;

    @Nullable
    Alpha alpha;

    @Nullable
    Recurrence recurrence;

    Parameter constant = Parameter.of(0);
    boolean rectified;
    boolean firesBefore;
    boolean firesOnChange;
    Parameter rest = Parameter.of(0);
    Parameter resetPotential = Parameter.of(0);
    Parameter graded = ONE;
    /** Joins spikes with the port {@code identity} to a second variable; null without it. */
    ResidualNetworks.@Nullable Join join;

    /** True if a second variable is the current. */
    boolean carriesCurrent;

    /** Number of quantized variables. */
    int quantized = Integer.MAX_VALUE;

    private NaiveLif(Shape shape, ThresholdAndReset firing, String... names) {
        super(shape.size(), names);
        this.shape = shape;
        this.firing = firing;
    }

    public static NaiveLif of(Neuron neuron, Shape shape) {
        return switch (neuron) {
            case Leaky model -> {
                NaiveLif lif = new NaiveLif(shape, model.firing(), "membrane").leak(model.beta());
                lif.graded = model.gradedSpikesFactor();
                yield lif;
            }
            case HandLif model -> {
                NaiveLif lif = new NaiveLif(
                                shape,
                                ThresholdAndReset.DEFAULT.withThreshold(
                                        model.threshold().values()),
                                "membrane")
                        .leak(model.beta());
                lif.firesBefore = true;
                yield lif;
            }
            case Synaptic model ->
                synaptic(shape, model.firing(), model.alpha()).leak(model.beta());
            case RSynaptic model -> {
                NaiveLif lif = synaptic(shape, model.firing(), model.alpha()).leak(model.beta());
                lif.recurrence = model.recurrence();
                yield lif;
            }
            case RLeaky model -> {
                NaiveLif lif = new NaiveLif(shape, clearing(model.firing()), "membrane").leak(model.beta());
                lif.recurrence = model.recurrence();
                yield lif;
            }
            case Alpha model -> {
                NaiveLif lif = new NaiveLif(shape, model.firing(), "membrane", "excitatory", "inhibitory");
                lif.alpha = model;
                yield lif;
            }
            case Lapicque model -> ofLapicque(model, shape);
            case Lif model -> ofLif(model, shape);
            case DeltaLeaky model -> {
                NaiveLif lif = new NaiveLif(
                                shape,
                                NO_RESET.withThreshold(model.deltaThreshold().values()),
                                "membrane")
                        .decay(Decay.MULTIPLY, model.beta());
                lif.firesOnChange = true;
                yield lif;
            }
            case StateLeaky model -> ofStateLeaky(model, shape);
            case EquationNeuron model -> ofJoin(model, shape);
            case LeakyParallel model -> ofLeakyParallel(model, shape);
            default -> throw new AssertionError("no plain equation of " + neuron);
        };
    }

    private static NaiveLif ofJoin(EquationNeuron model, Shape shape) {
        ThresholdAndReset firing = ThresholdAndReset.DEFAULT
                .withReset(Reset.CLEAR)
                .withResetTime(Reset.Time.SAME_STEP)
                .withThreshold(model.parameters().get("threshold").values());
        NaiveLif lif = new NaiveLif(shape, firing, model.variables().toArray(String[]::new))
                .leak(model.parameters().get("beta"));
        lif.clampsLeak = false;
        switch (model.text().split("\\s+")[1]) {
            case "Plain" -> {}
            case "Carrying" -> lif.carriesCurrent = true;
            case String name -> lif.join = ResidualNetworks.Join.valueOf(name);
        }
        return lif;
    }

    private static NaiveLif synaptic(Shape shape, ThresholdAndReset firing, Parameter alpha) {
        NaiveLif lif = new NaiveLif(shape, clearing(firing), "membrane", "synapse");
        lif.synapse = alpha;
        return lif;
    }

    private static NaiveLif ofLapicque(Lapicque model, Shape shape) {
        float[] perTime = new float[shape.size()];
        float[] decay = new float[shape.size()];
        for (int i = 0; i < perTime.length; i++) {
            float product = model.resistance().value(i) * model.capacitance().value(i);
            perTime[i] = 1 / product;
            decay[i] = 1 - model.timeStep() / product;
        }
        NaiveLif lif =
                new NaiveLif(shape, clearing(model.firing()), "membrane").decay(Decay.MULTIPLY, Parameter.of(decay));
        lif.gains = new Parameter[] {model.resistance(), Parameter.of(perTime), Parameter.of(model.timeStep())};
        return lif;
    }

    private static NaiveLif ofLif(Lif model, Shape shape) {
        boolean synaptic = !model.synapse().isAlways(0);
        String[] names = synaptic ? new String[] {"membrane", "synapse"} : new String[] {"membrane"};
        NaiveLif lif = new NaiveLif(shape, model.firing(), names).decay(model.decay(), model.leak());
        lif.synapse = synaptic ? model.synapse() : null;
        lif.gains = new Parameter[] {model.gain()};
        lif.rest = model.rest();
        lif.resetPotential = model.resetPotential();
        return lif;
    }

    private static NaiveLif ofStateLeaky(StateLeaky model, Shape shape) {
        ThresholdAndReset firing =
                NO_RESET.withThreshold(model.threshold().values()).withQuantization(model.quantization());
        float[] share = model.beta().values();
        for (int i = 0; i < share.length; i++) {
            share[i] = (float) Math.exp(-1 / (1 / ((1 - share[i]) + 1e-12f)));
        }
        if (model.quantization().equals(Quantization.NONE)) {
            return new NaiveLif(shape, firing, "membrane").decay(Decay.MULTIPLY, Parameter.of(share));
        }
        NaiveLif lif = new NaiveLif(shape, firing, "membrane", "sum").decay(Decay.MULTIPLY, Parameter.of(0));
        lif.synapse = Parameter.of(share);
        lif.quantized = 1;
        return lif;
    }

    private static NaiveLif ofLeakyParallel(LeakyParallel model, Shape shape) {
        NaiveLif lif =
                new NaiveLif(shape, NO_RESET.withThreshold(model.threshold().values()), "membrane");
        lif.rectified = true;
        if (model.recurrence() instanceof Recurrence.By(OneToOne own)) {
            lif.decay(Decay.MULTIPLY, own.weights()).constant = model.bias();
        } else {
            lif.decay(Decay.NONE, ONE).recurrence = Recurrence.none();
        }
        return lif;
    }

    /** In most models ZERO means CLEAR. */
    private static ThresholdAndReset clearing(ThresholdAndReset firing) {
        return firing.reset() == Reset.ZERO ? firing.withReset(Reset.CLEAR) : firing;
    }

    private NaiveLif leak(Parameter beta) {
        leak = beta;
        return this;
    }

    private NaiveLif decay(Decay form, Parameter values) {
        decay = form;
        leak = values;
        clampsLeak = false;
        return this;
    }

    @Override
    void step(float[][] entering) {
        float[] current = entering[0];
        float[] feedback = entering.length == 1 ? null : entering[1];
        float[] u = variables.get("membrane");
        boolean[] over = new boolean[u.length];
        float[] before = u.clone();
        float[] fedBack = feedback == null ? fedBack() : feedback;
        for (int i = 0; i < u.length; i++) {
            over[i] = above(u[i], i);
            float r = over[i] && firing.resetTime() != Reset.Time.SAME_STEP && firing.reset() != Reset.NONE ? 1 : 0;
            float input = current[i];
            for (Parameter gain : gains) {
                input *= gain.value(i);
            }
            u[i] = alpha == null ? charge(u[i], input, fedBack, r, i) : alphaFunction(alpha, input, r, i);
        }
        int left = quantized;
        for (float[] variable : variables.values()) {
            for (int i = 0; left > 0 && i < variable.length; i++) {
                variable[i] = nearest(firing.quantization().levels(), variable[i]);
            }
            left--;
        }
        int winner = winner();
        System.arraycopy(u, 0, unreset, 0, u.length);
        for (int i = 0; i < u.length; i++) {
            boolean may = !firing.inhibition() || i == winner;
            if (firesBefore) {
                fired[i] = over[i];
            } else if (firesOnChange) {
                fired[i] = Math.abs(u[i] - before[i]) > firing.threshold().value(i);
            } else {
                fired[i] = above(u[i], i) && may;
                float r = over[i] && firing.reset() != Reset.NONE ? 1 : 0;
                u[i] = resetAtOnce(u[i], r, fired[i] ? 1 : 0, i);
            }
        }
    }

    private float charge(float before, float input, float @Nullable [] fedBack, float r, int i) {
        float threshold = firing.threshold().value(i);
        Parameter share = synapse;
        float x = input;
        if (share != null) {
            float[] synaptic = variables.values().stream().skip(1).findFirst().orElseThrow();
            x = Math.clamp(share.value(i), 0f, 1f) * synaptic[i] + input;
            x = fedBack == null ? x : x + fedBack[i];
            synaptic[i] = x;
        }
        float u = switch (firing.reset()) {
            case ZERO -> (1 - r) * before;
            case SUBTRACT_DECAYED -> before - r * threshold;
            default -> before;
        };
        float b = clampsLeak ? Math.clamp(leak.value(i), 0f, 1f) : leak.value(i);
        u = switch (decay) {
            case MULTIPLY -> b * u + x;
            case MULTIPLY_WEIGHTED -> b * u + (1 - b) * x;
            case EULER -> u + b * ((rest.value(i) - u) + x);
            case DIVIDE -> u + (x - (u - rest.value(i))) / b;
            case NONE -> x;
        };
        u = fedBack == null || share != null ? u : u + fedBack[i];
        u = rectified ? Math.max(u, 0) : u;
        return switch (firing.reset()) {
            case SUBTRACT -> u - r * threshold;
            case CLEAR -> firing.resetTime() == Reset.Time.SAME_STEP ? u : u - r * u; // 0 * u may be NaN
            default -> u;
        };
    }

    private float alphaFunction(Alpha model, float input, float r, int i) {
        float[] excitatory = variables.get("excitatory");
        float[] inhibitory = variables.get("inhibitory");
        float slow = Math.clamp(model.alpha().value(i), 0f, 1f);
        float fast = Math.clamp(model.beta().value(i), 0f, 1f);
        float tau = Logarithm.log(slow) / (Logarithm.log(fast) - Logarithm.log(slow)) + 1;
        float h = inhibitory[i];
        excitatory[i] = slow * excitatory[i] + input;
        inhibitory[i] = fast * inhibitory[i] - input;
        float u = tau * (excitatory[i] + inhibitory[i]);
        if (firing.reset() != Reset.NONE) {
            boolean subtracts = firing.reset() == Reset.SUBTRACT;
            excitatory[i] -= r * (subtracts ? firing.threshold().value(i) : excitatory[i]);
            inhibitory[i] -= r * inhibitory[i];
            u = subtracts ? u + r * h : u - r * u;
        }
        return u;
    }

    private float resetAtOnce(float u, float r, float s, int i) {
        boolean subtracts = firing.reset() == Reset.SUBTRACT || firing.reset() == Reset.SUBTRACT_DECAYED;
        float threshold = firing.threshold().value(i);
        if (firing.reset() == Reset.NONE || firing.resetTime() == Reset.Time.NEXT_STEP) {
            return u;
        }
        if (firing.resetTime() == Reset.Time.SAME_STEP_DIFFERENCE) {
            float factor = firing.inhibition() && graded.value(i) != 0 ? graded.value(i) : 1;
            return u - (s / factor - r) * (subtracts ? threshold : u);
        }
        return subtracts ? u - s * threshold : (1 - s) * u + s * resetPotential.value(i);
    }

    /** Returns feedback from the previous step for each neuron; null without it. */
    private float @Nullable [] fedBack() {
        float[] all = new float[fired.length];
        switch (recurrence) {
            case null -> {
                if (!rectified) {
                    return null;
                }
                for (int i = 0; i < all.length; i++) {
                    all[i] = constant.value(i);
                }
            }
            case Recurrence.None _ -> {
                return null;
            }
            case Recurrence.By(OneToOne own) -> {
                for (int i = 0; i < all.length; i++) {
                    all[i] = own.weights().value(i) * (fired[i] ? 1 : 0);
                }
            }
            case Recurrence.By other -> throw new AssertionError(other + " is a projection");
        }
        return all;
    }

    private boolean above(float u, int i) {
        float threshold = firing.threshold().value(i);
        return firing.compare() == Compare.STRICT ? u > threshold : u >= threshold;
    }

    /**
     * Returns the neuron with the largest membrane above its threshold, where NaN is the largest; of equals the first
     * in inner order.
     */
    private int winner() {
        float[] u = variables.get("membrane");
        int winner = shape.torch(0);
        float largest = Float.NEGATIVE_INFINITY;
        for (int inside = 0; inside < u.length; inside++) {
            int i = shape.torch(inside);
            float excess = u[i] - firing.threshold().value(i);
            if (Float.isNaN(excess)) {
                return i;
            }
            if (excess > largest) {
                largest = excess;
                winner = i;
            }
        }
        return winner;
    }

    /** Returns the first of the nearest levels; the value itself without levels. */
    static float nearest(float[] levels, float x) {
        float nearest = levels.length == 0 ? x : levels[0];
        for (float level : levels) {
            nearest = Math.abs(level - x) < Math.abs(nearest - x) ? level : nearest;
        }
        return nearest;
    }
}
