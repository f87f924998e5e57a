package dev.spikelane.neuron;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import java.util.Objects;

/**
 * Threshold and reset: the options that all models share. Start from {@link #DEFAULT} and change one option at a time,
 * {@code ThresholdAndReset.DEFAULT.withReset(Reset.ZERO).withInhibition(true)}; two with the same options are equal.
 *
 * @param threshold the membrane above which a neuron fires: one value, or one for each neuron, all finite
 * @param compare whether a neuron fires at the threshold too
 * @param reset the kind of reset; in all models except {@link Leaky} and {@link Lif} ZERO acts like CLEAR, as in
 *     snnTorch
 * @param resetTime when a spike's reset comes
 * @param inhibition whether only the neuron of a row with the largest {@code U - threshold} may fire; the reset is not
 *     inhibited
 * @param quantization the levels to which all state variables are rounded before neurons fire
 */
public record ThresholdAndReset(
        Parameter threshold,
        Compare compare,
        Reset reset,
        Reset.Time resetTime,
        boolean inhibition,
        Quantization quantization) {

    /** snnTorch's defaults: above 1, a reset by subtraction at the next step, neither inhibition nor quantization. */
    public static final ThresholdAndReset DEFAULT = new ThresholdAndReset(
            Parameter.of(1), Compare.STRICT, Reset.SUBTRACT, Reset.Time.NEXT_STEP, false, Quantization.NONE);

    /** Makes  */
    public ThresholdAndReset {
        threshold.requireFinite("threshold");
        Objects.requireNonNull(compare, "compare");
        Objects.requireNonNull(reset, "reset");
        Objects.requireNonNull(resetTime, "resetTime");
        Objects.requireNonNull(quantization, "quantization");
    }

    /**
     * Returns these options with another threshold.
     *
     * @param values one value, or one for each neuron
     * @return the options
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public ThresholdAndReset withThreshold(float... values) {
        return withThreshold(Parameter.of(values));
    }

    /**
     * Returns these options with another threshold.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the options
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public ThresholdAndReset withThreshold(double... values) {
        return withThreshold(Parameter.of(values));
    }

    /**
     * Returns these options with another comparison.
     *
     * @param kind strict or inclusive
     * @return the options
     */
    public ThresholdAndReset withCompare(Compare kind) {
        return new ThresholdAndReset(threshold, kind, reset, resetTime, inhibition, quantization);
    }

    /**
     * Returns these options with another reset.
     *
     * @param kind the kind of reset
     * @return the options
     */
    public ThresholdAndReset withReset(Reset kind) {
        return new ThresholdAndReset(threshold, compare, kind, resetTime, inhibition, quantization);
    }

    /**
     * Returns these options with a reset at another time.
     *
     * @param time when a spike's reset comes
     * @return the options
     */
    public ThresholdAndReset withResetTime(Reset.Time time) {
        return new ThresholdAndReset(threshold, compare, reset, time, inhibition, quantization);
    }

    /**
     * Returns these options with a delayed or an immediate reset, snnTorch's {@code reset_delay}.
     *
     * @param delayed whether it is {@link Reset.Time#NEXT_STEP} or {@link Reset.Time#SAME_STEP_DIFFERENCE}
     * @return the options
     */
    public ThresholdAndReset withDelayedReset(boolean delayed) {
        return withResetTime(delayed ? Reset.Time.NEXT_STEP : Reset.Time.SAME_STEP_DIFFERENCE);
    }

    /**
     * Returns these options with or without inhibition.
     *
     * @param inhibited whether only one neuron of a row may fire
     * @return the options
     */
    public ThresholdAndReset withInhibition(boolean inhibited) {
        return new ThresholdAndReset(threshold, compare, reset, resetTime, inhibited, quantization);
    }

    /**
     * Returns these options with another quantization, snnTorch's {@code state_quant}.
     *
     * @param levels the levels to which state variables are rounded
     * @return the options
     */
    public ThresholdAndReset withQuantization(Quantization levels) {
        return new ThresholdAndReset(threshold, compare, reset, resetTime, inhibition, levels);
    }

    ThresholdAndReset withThreshold(Parameter values) {
        return new ThresholdAndReset(values, compare, reset, resetTime, inhibition, quantization);
    }

    /** The options with which a step ends at the membrane that these compare with the threshold. */
    ThresholdAndReset beforeReset() {
        return switch (resetTime) {
            case NEXT_STEP -> this;
            case SAME_STEP -> withReset(Reset.NONE);
            case SAME_STEP_DIFFERENCE -> withResetTime(Reset.Time.NEXT_STEP);
        };
    }

    /** The options for a kernel whose neurons have some variables to quantize. */
    LeakyModel applyTo(LeakyModel model, int variables) {
        if (!quantization.equals(Quantization.NONE)) {
            model.quantization(variables, quantization.levels());
        }
        return model.threshold(threshold.values())
                .compare(compare)
                .reset(reset)
                .resetTime(resetTime)
                .inhibition(inhibition);
    }

    /** These options with CLEAR for ZERO. */
    ThresholdAndReset clearing() {
        return reset == Reset.ZERO ? withReset(Reset.CLEAR) : this;
    }
}
