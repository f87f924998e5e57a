package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Collects {@link LeakyParameters}; a single value stands for all neurons. */
public final class LeakyParametersBuilder {

    /** What messages call parameters. */
    private static final Map<String, String> SAID =
            Map.of("leak", "beta", "potential", "resetPotential", "own", "feedback", LeakyText.FIRED, "gradedFactor");

    /** Most factors of an input. */
    private static final int MOST_GAINS = 3;

    final int neurons;
    /** By the names of the text: one value, or one for each neuron. */
    final Map<String, float[]> values = new LinkedHashMap<>();

    float[] levels = {0};
    int quantized;
    int channels;
    boolean clamps = true;
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

    LeakyParametersBuilder(int neurons) {
        this.neurons = Checks.atLeast(1, "neurons", neurons);
        List.of("leak", "threshold", "scale", "own", LeakyText.FIRED).forEach(name -> put(name, 1));
        List.of("alpha", "rest", "potential", "silent").forEach(name -> put(name, 0));
    }

    private LeakyParametersBuilder put(String name, float... each) {
        values.put(name, each.clone());
        return this;
    }

    /**
     * Sets the share of the membrane that is left after a step; values are clamped to [0, 1], as snnTorch does.
     *
     * @param values one value, or one for each neuron
     * @return this
     */
    public LeakyParametersBuilder beta(float... values) {
        this.decay = Decay.MULTIPLY;
        this.clamps = true;
        return put("leak", values);
    }

    /**
     * Sets how the membrane decays, in place of {@link #beta}; values are taken as they are.
     *
     * @param form what the leak does
     * @param values the leak: one value, or one for each neuron
     * @return this
     */
    public LeakyParametersBuilder decay(Decay form, float... values) {
        this.decay = Objects.requireNonNull(form, "form");
        this.clamps = false;
        return put("leak", values);
    }

    /**
     * Sets the membrane above which a neuron fires.
     *
     * @param values one value, or one for each neuron
     * @return this
     */
    public LeakyParametersBuilder threshold(float... values) {
        return put("threshold", values);
    }

    /**
     * Lets the input pass a synapse, whose new current then charges the membrane.
     *
     * @param values the share of its current that is left after a step, clamped to [0, 1]; one value, or one for each
     *     neuron
     * @return this
     */
    public LeakyParametersBuilder synapse(float... values) {
        this.synapse = true;
        return put("alpha", values);
    }

    /**
     * Makes the membrane the scaled sum of an excitatory and an inhibitory current; {@link #beta} is the share of the
     * latter that is left after a step.
     *
     * @param excitatory the share of the excitatory current that is left after a step, clamped to [0, 1]
     * @param scales what the sum is multiplied by
     * @return this
     */
    public LeakyParametersBuilder alphaFunction(float[] excitatory, float[] scales) {
        this.alphaFunction = true;
        return put("alpha", excitatory).put("scale", scales);
    }

    /**
     * Makes the neurons cells with four gates, which have one current each at both ports.
     *
     * @param ofPosition neurons of a position, as in {@link GateRows}
     * @return this
     */
    public LeakyParametersBuilder gates(int ofPosition) {
        this.channels = ofPosition;
        this.feedback = Feedback.CURRENTS;
        return this;
    }

    /**
     * Multiplies the input by factors, one after another.
     *
     * @param factors one or three factors, each one value or one for each neuron
     * @return this
     * @throws IllegalArgumentException if there are two factors or more than three
     */
    public LeakyParametersBuilder gains(float[]... factors) {
        if (factors.length == 2 || factors.length > MOST_GAINS) {
            throw new IllegalArgumentException(factors.length + " gains, expected none, 1 or " + MOST_GAINS);
        }
        this.gains = factors.length;
        for (int i = 0; i < gains; i++) {
            put("gain" + i, factors[i]);
        }
        return this;
    }

    /**
     * Sets the potential that the membrane decays to; used by {@link Decay#EULER} and {@link Decay#DIVIDE}.
     *
     * @param values one value, or one for each neuron
     * @return this
     */
    public LeakyParametersBuilder rest(float... values) {
        return put("rest", values);
    }

    /**
     * Sets the potential that {@link Reset#ZERO} and {@link Reset#CLEAR} lead to where they act in the
     * {@link Reset.Time#SAME_STEP}.
     *
     * @param values one value, or one for each neuron
     * @return this
     */
    public LeakyParametersBuilder resetPotential(float... values) {
        return put("potential", values);
    }

    /**
     * Sets what is added to the input: to the synapse if there is one, else to the membrane after decay and input.
     *
     * @param kind where it comes from
     * @param weights of {@link Feedback#CONSTANT} and {@link Feedback#OWN_SPIKES}: one value, or one for each neuron
     * @return this
     */
    public LeakyParametersBuilder feedback(Feedback kind, float... weights) {
        this.feedback = Objects.requireNonNull(kind, "kind");
        return weights.length == 0 ? this : put("own", weights);
    }

    /**
     * Chooses whether a membrane below zero becomes zero, before any reset.
     *
     * @param cut whether it is so
     * @return this
     */
    public LeakyParametersBuilder rectified(boolean cut) {
        this.rectified = cut;
        return this;
    }

    /**
     * Sets how the membrane is compared with the threshold.
     *
     * @param kind strict or inclusive
     * @return this
     */
    public LeakyParametersBuilder compare(Compare kind) {
        this.compare = Objects.requireNonNull(kind, "compare");
        return this;
    }

    /**
     * Sets the value that one spike carries. It only changes a {@link Reset.Time#SAME_STEP_DIFFERENCE} under
     * inhibition, where snnTorch divides the unscaled spike by it; with a factor 0, where snnTorch gets infinity or
     * NaN, the spike is not divided.
     *
     * @param values one value, or one for each neuron
     * @return this
     */
    public LeakyParametersBuilder gradedFactor(float... values) {
        return put(LeakyText.FIRED, values);
    }

    /**
     * Sets what a reset does.
     *
     * @param kind the reset
     * @return this
     */
    public LeakyParametersBuilder reset(Reset kind) {
        this.reset = Objects.requireNonNull(kind, "reset");
        return this;
    }

    /**
     * Sets when a reset comes.
     *
     * @param time the time
     * @return this
     */
    public LeakyParametersBuilder resetTime(Reset.Time time) {
        this.resetTime = Objects.requireNonNull(time, "resetTime");
        return this;
    }

    /**
     * Chooses whether only the neuron with the largest {@code membrane - threshold} of a row may fire.
     *
     * @param inhibited whether it is so
     * @return this
     */
    public LeakyParametersBuilder inhibition(boolean inhibited) {
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
    public LeakyParametersBuilder firesBefore(boolean before) {
        this.spike = before ? Spike.BEFORE : Spike.AFTER;
        return this;
    }

    /**
     * Takes a spike from the change of the membrane in a step, {@code |U' - U| > threshold}, and never resets.
     *
     * @return this
     */
    public LeakyParametersBuilder firesOnChange() {
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
    public LeakyParametersBuilder quantization(int variables, float... values) {
        if (variables < 0 || variables > MOST_GAINS || values.length == 0) {
            throw new IllegalArgumentException("quantization of " + variables + " variables to " + values.length
                    + " values, expected 0 to 3 variables and at least 1 value");
        }
        this.quantized = variables;
        this.levels = values.clone();
        return this;
    }

    /**
     * Makes the parameters.
     *
     * @param arena the arena that owns their memory
     * @return the parameters
     * @throws IllegalArgumentException if a value is NaN or infinite, an array has neither 1 nor {@code neurons}
     *     values, or options do not go together
     */
    public LeakyParameters build(Arena arena) {
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
        return new LeakyParameters(this, options(), arena);
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

    /** Lays a parameter out. */
    FloatMatrix row(Arena arena, String ofText, float... values) {
        String name = SAID.getOrDefault(ofText, ofText);
        if (values.length != 1 && values.length != neurons) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " values, expected 1 or " + neurons + ", one for each neuron");
        }
        FloatMatrix row = FloatMatrix.zeros(arena, 1, neurons);
        for (int neuron = 0; neuron < neurons; neuron++) {
            float value = values[values.length == 1 ? 0 : neuron];
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        name + " of neuron " + neuron + " is " + value + ", expected a finite number");
            }
            row.set(0, neuron, value);
        }
        return row;
    }
}
