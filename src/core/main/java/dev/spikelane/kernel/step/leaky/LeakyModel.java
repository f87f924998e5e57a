package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A builder of leaky neurons: their parameters by the names of the model, the values that a step derives from them, and
 * options. The names of derived values begin with an underscore; {@link LeakyText} has them.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class LeakyModel {

    /** Most factors of an input. */
    private static final int MOST_GAINS = 3;

    final int neurons;
    /** By name: one value, or one for each neuron. */
    final Map<String, float[]> values = new LinkedHashMap<>();
    /** The lines of derived values, by name. */
    final Map<String, String> lines = new LinkedHashMap<>();
    /** The expression of the value of a spike; null for 1. */
    @Nullable
    String carries;

    float[] levels = {0};
    int quantized;
    int channels;
    private Decay decay = Decay.MULTIPLY;
    private int gains;
    private boolean synapse;
    private boolean alphaFunction;
    private Feedback feedback = Feedback.NONE;
    private boolean rectified;
    private Compare compare = Compare.STRICT;
    private Spike spike = Spike.AFTER;
    private Reset reset = Reset.SUBTRACT;
    private Reset.Time resetTime = Reset.Time.NEXT_STEP;
    private boolean inhibition;

    /**
     * Starts with beta 1, threshold 1, a reset by subtraction at the next step, and no inhibition.
     *
     * @param neurons how many neurons, at least 1
     * @throws IllegalArgumentException if there is no neuron
     */
    public LeakyModel(int neurons) {
        this.neurons = Checks.atLeast(1, "neurons", neurons);
    }

    /**
     * Adds a parameter.
     *
     * @param name the model's
     * @param each one value, or one for each neuron
     * @return this
     */
    public LeakyModel param(String name, float... each) {
        values.put(name, each.clone());
        return this;
    }

    /**
     * Makes a parameter of others, in float32.
     *
     * @param name its own
     * @param expression of a text
     * @return this
     */
    public LeakyModel let32(String name, String expression) {
        lines.put(name, "let32 " + name + " = " + expression);
        return this;
    }

    /**
     * Makes a parameter of others, in float64, rounded once.
     *
     * @param name its own
     * @param expression of a text
     * @return this
     */
    public LeakyModel let(String name, String expression) {
        lines.put(name, "let " + name + " = " + expression);
        return this;
    }

    /** Lets a step read a parameter, or a number. */
    private LeakyModel is(String step, String name) {
        lines.put(step, step + " = " + name);
        return this;
    }

    /** Lets a step read a parameter clamped to [0, 1], at both of which it has a gradient; -0 becomes 0. */
    private LeakyModel share(String step, String name) {
        return let32(step, "(* < 0 ? 0 : * > 1 ? 1 : *) + 0".replace("*", name));
    }

    /**
     * Sets the share of the membrane that is left after a step; values are clamped to [0, 1], as snnTorch does.
     *
     * @param each one value, or one for each neuron
     * @return this
     */
    public LeakyModel beta(float... each) {
        this.decay = Decay.MULTIPLY;
        return param("beta", each).share(LeakyText.LEAK, "beta");
    }

    /**
     * Sets how the membrane decays, in place of {@link #beta}; the leak is taken as it is.
     *
     * @param form the effect of the leak
     * @param leak a parameter
     * @return this
     */
    public LeakyModel decay(Decay form, String leak) {
        this.decay = Objects.requireNonNull(form, "form");
        return is(LeakyText.LEAK, leak);
    }

    /**
     * Sets the membrane above which a neuron fires.
     *
     * @param each one value, or one for each neuron
     * @return this
     */
    public LeakyModel threshold(float... each) {
        return param("threshold", each).threshold("threshold");
    }

    /**
     * Sets the membrane above which a neuron fires.
     *
     * @param name a parameter
     * @return this
     */
    public LeakyModel threshold(String name) {
        return is(LeakyText.THRESHOLD, name);
    }

    /**
     * Lets the input pass a synapse, whose new current then charges the membrane.
     *
     * @param share a parameter: the share of its current that is left after a step, clamped to [0, 1]
     * @return this
     */
    public LeakyModel synapse(String share) {
        this.synapse = true;
        return share(LeakyText.ALPHA, share);
    }

    /**
     * Makes the membrane the scaled sum of an excitatory and an inhibitory current; {@link #beta} is the share of the
     * latter that is left after a step.
     *
     * @param excitatory a parameter: the share of the excitatory current that is left after a step, clamped to [0, 1]
     * @param scale the factor of the sum: an expression of parameters, {@value LeakyText#ALPHA} and
     *     {@value LeakyText#LEAK}
     * @return this
     */
    public LeakyModel alphaFunction(String excitatory, String scale) {
        this.alphaFunction = true;
        return share(LeakyText.ALPHA, excitatory).let32(LeakyText.SCALE, scale);
    }

    /**
     * Makes the neurons cells with four gates, which have one current each at both ports.
     *
     * @param ofPosition neurons of a position, as in {@link GateRows}
     * @return this
     */
    public LeakyModel gates(int ofPosition) {
        this.channels = ofPosition;
        this.feedback = Feedback.CURRENTS;
        return this;
    }

    /**
     * Multiplies the input by factors, one after another.
     *
     * @param factors one or three parameters
     * @return this
     * @throws IllegalArgumentException if there are two factors or more than three
     */
    public LeakyModel gains(String... factors) {
        if (factors.length == 2 || factors.length > MOST_GAINS) {
            throw new IllegalArgumentException(factors.length + " gains, expected none, 1 or " + MOST_GAINS);
        }
        this.gains = factors.length;
        for (int i = 0; i < gains; i++) {
            is(LeakyText.GAIN + i, factors[i]);
        }
        return this;
    }

    /**
     * Sets the potential that the membrane decays to; used by {@link Decay#EULER} and {@link Decay#DIVIDE}.
     *
     * @param each one value, or one for each neuron
     * @return this
     */
    public LeakyModel rest(float... each) {
        return param("rest", each).is(LeakyText.REST, "rest");
    }

    /**
     * Sets the potential that {@link Reset#ZERO} and {@link Reset#CLEAR} lead to where they act in the
     * {@link Reset.Time#SAME_STEP}.
     *
     * @param each one value, or one for each neuron
     * @return this
     */
    public LeakyModel resetPotential(float... each) {
        return param("resetPotential", each).is(LeakyText.POTENTIAL, "resetPotential");
    }

    /**
     * Sets the feedback that is added to the input: to the synapse if there is one, else to the membrane after decay
     * and input.
     *
     * @param kind where it comes from
     * @return this
     */
    public LeakyModel feedback(Feedback kind) {
        this.feedback = Objects.requireNonNull(kind, "kind");
        return this;
    }

    /**
     * Sets the weights of {@link Feedback#CONSTANT} and {@link Feedback#OWN_SPIKES}.
     *
     * @param kind where it comes from
     * @param weights a parameter
     * @return this
     */
    public LeakyModel feedback(Feedback kind, String weights) {
        return feedback(kind).is(LeakyText.OWN, weights);
    }

    /**
     * Chooses whether a membrane below zero becomes zero, before any reset.
     *
     * @param cut whether it is so
     * @return this
     */
    public LeakyModel rectified(boolean cut) {
        this.rectified = cut;
        return this;
    }

    /**
     * Sets how the membrane is compared with the threshold.
     *
     * @param kind strict or inclusive
     * @return this
     */
    public LeakyModel compare(Compare kind) {
        this.compare = Objects.requireNonNull(kind, "compare");
        return this;
    }

    /**
     * Sets the value of a spike, the product of {@value LeakyText#FACTOR} by itself or by others. Under inhibition it
     * carries 1; a {@link Reset.Time#SAME_STEP_DIFFERENCE} divides it by the factor then, as snnTorch does. With a
     * factor 0, where snnTorch gets infinity or NaN, it is not divided.
     *
     * @param expression the value of a spike
     * @param factor one value, or one for each neuron
     * @return this
     */
    public LeakyModel carries(String expression, float... factor) {
        this.carries = expression;
        return param(LeakyText.FACTOR, factor);
    }

    /**
     * Sets the kind of reset.
     *
     * @param kind the reset
     * @return this
     */
    public LeakyModel reset(Reset kind) {
        this.reset = Objects.requireNonNull(kind, "reset");
        return this;
    }

    /**
     * Sets when a reset comes.
     *
     * @param time the time
     * @return this
     */
    public LeakyModel resetTime(Reset.Time time) {
        this.resetTime = Objects.requireNonNull(time, "resetTime");
        return this;
    }

    /**
     * Chooses whether only the neuron with the largest {@code membrane - threshold} of a row may fire.
     *
     * @param inhibited whether it is so
     * @return this
     */
    public LeakyModel inhibition(boolean inhibited) {
        this.inhibition = inhibited;
        return this;
    }

    /**
     * Chooses which membrane a spike is taken from.
     *
     * @param before whether it is the membrane before the step, so that the spike that is returned is the one that
     *     resets
     * @return this
     */
    public LeakyModel firesBefore(boolean before) {
        this.spike = before ? Spike.BEFORE : Spike.AFTER;
        return this;
    }

    /**
     * Takes a spike from the change of the membrane in a step, {@code |U' - U| > threshold}, and never resets.
     *
     * @return this
     */
    public LeakyModel firesOnChange() {
        this.spike = Spike.CHANGE;
        return reset(Reset.NONE);
    }

    /**
     * Rounds state variables to the nearest of some values, the first of the nearest, before neurons fire.
     *
     * @param variables how many, the membrane first
     * @param values to round to, at least one
     * @return this
     * @throws IllegalArgumentException if there are no such variables or no value
     */
    public LeakyModel quantization(int variables, float... values) {
        if (variables < 0 || variables > MOST_GAINS || values.length == 0) {
            throw new IllegalArgumentException("quantization of " + variables + " variables to " + values.length
                    + " values, expected 0 to 3 variables and at least 1 value");
        }
        this.quantized = variables;
        this.levels = values.clone();
        return this;
    }

    /**
     * Lays the neurons out.
     *
     * @param arena the arena that owns their memory
     * @return the neurons
     * @throws IllegalArgumentException if a value is NaN or infinite, an array has neither 1 nor {@code neurons}
     *     values, or options do not go together
     */
    public LeakyNeurons build(Arena arena) {
        boolean early = spike != Spike.AFTER;
        if (early && (inhibition || quantized > 0 || resetTime != Reset.Time.NEXT_STEP)) {
            throw new IllegalArgumentException(
                    "firing from the membrane before the step or its change goes neither with"
                            + " inhibition or quantization nor with an immediate reset");
        }
        if (alphaFunction
                && (synapse
                        || feedback != Feedback.NONE
                        || rectified
                        || decay != Decay.MULTIPLY
                        || resetTime != Reset.Time.NEXT_STEP)) {
            throw new IllegalArgumentException(
                    "an alpha function goes neither with synapse, feedback, rectification or another"
                            + " decay nor with an immediate reset");
        }
        if (!lines.containsKey(LeakyText.LEAK)) {
            beta(1);
        }
        if (!lines.containsKey(LeakyText.THRESHOLD)) {
            threshold(1);
        }
        lines.putIfAbsent(LeakyText.OWN, LeakyText.OWN + " = 1");
        lines.putIfAbsent(LeakyText.REST, LeakyText.REST + " = 0");
        lines.putIfAbsent(LeakyText.POTENTIAL, LeakyText.POTENTIAL + " = 0");
        if (inhibition) {
            carries = null;
            String divisor = values.containsKey(LeakyText.FACTOR) ? "(* > 0 or * < 0 ? * : 1)" : "1";
            let32(LeakyText.FIRED, "1 / " + divisor.replace("*", LeakyText.FACTOR));
            let32(LeakyText.SILENT, "0 / " + divisor.replace("*", LeakyText.FACTOR));
        }
        return new LeakyNeurons(this, options(), arena);
    }

    /** The parameter that a step reads by a name of its own, if it is one. */
    String parameter(String step) {
        String line = lines.getOrDefault(step, step + " = ");
        return line.startsWith("let") ? step : line.substring(step.length() + " = ".length());
    }

    private LeakyOptions options() {
        return new LeakyOptions(
                decay,
                gains,
                synapse,
                alphaFunction,
                channels > 0,
                feedback,
                rectified,
                compare,
                spike,
                reset,
                resetTime,
                inhibition);
    }
}
