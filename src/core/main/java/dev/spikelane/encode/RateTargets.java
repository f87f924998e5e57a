package dev.spikelane.encode;

import dev.spikelane.kernel.encode.LabelRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/**
 * Rate coded targets of training: targets of a membrane or an output at every step, as
 * {@code snntorch.spikegen.targets_rate} has it. The class that a label names fires at one rate, all others at another.
 *
 * <p>The two trains of spikes, each a {@link TargetRate}, become two <em>levels</em> for each step, and these are
 * written for each sample:
 * <pre>{@code
 * interpolate                    level = Interpolation.rate(train, on, off)
 * correctRate 1, incorrectRate 0:
 *     first > 0                  level = off before first, then max(on, off) for the label's class,
 *                                        max(0 * on, off) for others
 *     first = 0, on > off        level = max(on, off), max(0 * on, off)
 *     first = 0, on <= off       level = on, off
 * else                           level = max(spike * on, off)
 * }</pre>
 * so a negative off counts as 0 if on is above it. The numbers are snnTorch's; if all steps are equal, snnTorch has no
 * time axis, and a matrix of one step serves here.
 *
 * <p>Unlike snnTorch, this interpolates at rates 1 and 0 too, and other rates work for any number of steps; the package
 * lists the differences.
 *
 * @param correctRate spikes for each step of the class that a label names, in [0, 1]
 * @param incorrectRate spikes for each step of the other classes, in [0, 1], at most the correct rate
 * @param firstSpikeTime the first step that may have a spike, at least 0
 * @param pattern the pattern of the spikes in time
 * @param onTarget the target at a spike
 * @param offTarget the target elsewhere
 * @param interpolate true if the target rises linearly up to each spike
 */
public record RateTargets(
        double correctRate,
        double incorrectRate,
        int firstSpikeTime,
        Pattern pattern,
        double onTarget,
        double offTarget,
        boolean interpolate) {

    private static final int CORRECT = 0;
    private static final int OTHERS = 1;

    /** The pattern of spikes in time. */
    public enum Pattern {
        /** As evenly as steps allow. */
        REGULAR,
        /** At steps drawn uniformly, as many as regular ones; spikes drawn for the same step are one. */
        UNIFORM,
        /** At every step, independently, with the rate as probability. */
        POISSON
    }

    /** Makes an encoder. */
    public RateTargets {
        Objects.requireNonNull(pattern, "pattern");
        if (!(correctRate >= 0 && correctRate <= 1 && incorrectRate >= 0 && incorrectRate <= 1)) {
            throw new IllegalArgumentException(
                    "correctRate is " + correctRate + ", incorrectRate " + incorrectRate + ", expected them in [0, 1]");
        }
        if (incorrectRate > correctRate) {
            throw new IllegalArgumentException(
                    "incorrectRate is " + incorrectRate + ", expected at most correctRate, " + correctRate);
        }
        Checks.atLeast(0, "firstSpikeTime", firstSpikeTime);
        Interpolation.requireFinite(onTarget, offTarget);
    }

    /** Makes an encoder in which the label's class fires at every step and the others never fire. */
    public RateTargets() {
        this(1, 0);
    }

    /**
     * Makes an encoder of regular spikes, on 1 and off 0.
     *
     * @param correctRate spikes for each step of the class that a label names, in [0, 1]
     * @param incorrectRate spikes for each step of the other classes, in [0, 1], at most the correct rate
     * @throws IllegalArgumentException if a rate is not in [0, 1] or the incorrect rate is above the correct one
     */
    public RateTargets(double correctRate, double incorrectRate) {
        this(correctRate, incorrectRate, 0, Pattern.REGULAR, 1, 0, false);
    }

    /**
     * {@return this encoder with other targets}
     *
     * @param on the target at a spike
     * @param off the target elsewhere
     * @throws IllegalArgumentException if a target is not finite in float32
     */
    public RateTargets withTargets(double on, double off) {
        return new RateTargets(correctRate, incorrectRate, firstSpikeTime, pattern, on, off, interpolate);
    }

    /**
     * Selects interpolation.
     *
     * @param rising true if the target rises linearly up to each spike
     * @return the encoder
     */
    public RateTargets withInterpolation(boolean rising) {
        return new RateTargets(correctRate, incorrectRate, firstSpikeTime, pattern, onTarget, offTarget, rising);
    }

    /**
     * {@return this encoder with another first spike time and pattern}
     *
     * @param first the first step that may have a spike, at least 0
     * @param spikes the pattern
     * @throws IllegalArgumentException if the first spike time is negative
     */
    public RateTargets withSpikes(int first, Pattern spikes) {
        return new RateTargets(correctRate, incorrectRate, first, spikes, onTarget, offTarget, interpolate);
    }

    /**
     * Writes the train of the label's class for one neuron, regularly.
     *
     * @param spikes {@code [steps x neurons]}
     * @param neuron the column that is overwritten
     * @throws IllegalArgumentException if the pattern is not REGULAR, or the first spike time is beyond the steps
     * @throws IndexOutOfBoundsException if there is no such neuron
     */
    public void fire(SpikeMatrix spikes, int neuron) {
        ofCorrect().encode(spikes, neuron);
    }

    /**
     * Writes the train of the label's class for one neuron, as {@code snntorch.spikegen.target_rate_code} does. With
     * torch's seed the steps are torch's.
     *
     * @param spikes {@code [steps x neurons]}
     * @param neuron the column that is overwritten
     * @param random the stream of the numbers; a regular pattern draws none
     * @throws IllegalArgumentException if the first spike time is beyond the steps
     * @throws IndexOutOfBoundsException if there is no such neuron
     */
    public void fire(SpikeMatrix spikes, int neuron, TorchRandom random) {
        ofCorrect().encode(spikes, neuron, Objects.requireNonNull(random, "random"));
    }

    private TargetRate ofCorrect() {
        return new TargetRate(correctRate, firstSpikeTime, pattern);
    }

    /**
     * Computes the levels of trains that are not random, for any number of batches.
     *
     * @param trains {@code [steps x 2]}, overwritten with the trains of the label's class and of the others
     * @param levels {@code [steps x 2]}, overwritten with the targets of the label's class and of the others
     * @throws IllegalArgumentException if the pattern is random and the rates are not 1 and 0, a shape does not fit, or
     *     the first spike time is beyond the steps
     */
    public void levels(SpikeMatrix trains, FloatMatrix levels) {
        requireShapes(trains, levels);
        if (isSteady()) {
            fireSteadily(trains);
        } else if (pattern == Pattern.REGULAR) {
            TargetRate.fireRegularly(correctRate, firstSpikeTime, trains, CORRECT);
            TargetRate.fireRegularly(incorrectRate, firstSpikeTime, trains, OTHERS);
        } else {
            throw new IllegalArgumentException(
                    "pattern is " + pattern + ", expected REGULAR where there is no random stream");
        }
        write(trains, levels);
    }

    /**
     * Draws two trains, first for the label's class and then for the others, and computes their levels. All samples
     * share them, as in snnTorch.
     *
     * @param trains {@code [steps x 2]}, overwritten with the trains of the label's class and of the others
     * @param levels {@code [steps x 2]}, overwritten with the targets of the label's class and of the others
     * @param random the stream that numbers are drawn from; regular trains draw none, nor do rates of 1 and 0
     * @throws IllegalArgumentException if a shape does not fit, or the first spike time is beyond the steps
     */
    public void levels(SpikeMatrix trains, FloatMatrix levels, TorchRandom random) {
        requireShapes(trains, levels);
        if (isSteady()) {
            fireSteadily(trains);
        } else {
            TargetRate.draw(correctRate, firstSpikeTime, pattern, trains, CORRECT, random);
            TargetRate.draw(incorrectRate, firstSpikeTime, pattern, trains, OTHERS, random);
        }
        write(trains, levels);
    }

    /**
     * Writes the targets of labels.
     *
     * @param labels class numbers, one for each sample
     * @param levels {@code [steps x 2]}, the targets of the label's class and of the others
     * @param targets {@code [steps * batch x classes]}, time-major, overwritten
     * @throws IllegalArgumentException if a shape does not fit or a label is not a class
     */
    public static void encode(int[] labels, FloatMatrix levels, FloatMatrix targets) {
        levels.requireShape("levels", levels.rows(), 2);
        long rows = (long) levels.rows() * labels.length;
        if (targets.rows() != rows) {
            throw new IllegalArgumentException("targets is [" + targets.rows() + " x " + targets.columns()
                    + "], expected [" + rows + " x " + targets.columns() + "]");
        }
        for (int step = 0; step < levels.rows(); step++) {
            LabelRows.write(labels, levels.get(step, CORRECT), levels.get(step, OTHERS), targets, step * labels.length);
        }
    }

    /**
     * Interpolates between the spikes of neurons that fire many times, as {@code snntorch.spikegen.rate_interpolate}
     * does for one neuron. The target rises from off, one step after a spike or at the first step, to on at the next
     * spike. After the last spike it is off.
     *
     * <p>snnTorch's epsilon has no counterpart. If it is not small against a step of the ramp, or is lost beside on, it
     * makes snnTorch's ramp too long or too short; here each ramp has its length. Unlike in snnTorch, on may be off or
     * less; the targets then stay or fall. There are always as many targets as steps.
     *
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param onTarget the target at a spike
     * @param offTarget the target after a spike
     * @param targets {@code [steps * batch x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit or a target is not finite in float32
     */
    public static void interpolate(
            SpikeMatrix spikes, int batch, double onTarget, double offTarget, FloatMatrix targets) {
        Interpolation.rate(spikes, batch, onTarget, offTarget, targets);
    }

    private boolean isSteady() {
        return correctRate == 1 && incorrectRate == 0;
    }

    /** Unlike trains of other rates, these may begin after the last step. */
    private void fireSteadily(SpikeMatrix trains) {
        TargetRate.fireRegularly(1, Math.min(firstSpikeTime, trains.rows()), trains, CORRECT);
        TargetRate.fireRegularly(0, 0, trains, OTHERS);
    }

    private static void requireShapes(SpikeMatrix trains, FloatMatrix levels) {
        trains.requireShape("trains", levels.rows(), 2);
        levels.requireShape("levels", trains.rows(), 2);
    }

    private void write(SpikeMatrix trains, FloatMatrix levels) {
        if (interpolate) {
            Interpolation.rate(trains, 1, onTarget, offTarget, levels);
            return;
        }
        float on = (float) onTarget;
        float off = (float) offTarget;
        boolean plain = isSteady() && firstSpikeTime == 0 && !(on > off);
        float fires = plain ? on : Interpolation.atLeast(off, on);
        float silent = plain ? off : Interpolation.atLeast(off, 0 * on);
        for (int step = 0; step < levels.rows(); step++) {
            boolean before = isSteady() && step < firstSpikeTime;
            for (int train = 0; train < 2; train++) {
                float spike = trains.get(step, train) ? fires : silent;
                levels.set(step, train, before ? off : spike);
            }
        }
    }
}
