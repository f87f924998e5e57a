package dev.spikelane.encode;

import dev.spikelane.kernel.code.LatencySpikes;
import dev.spikelane.kernel.target.LabelRows;
import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;

/**
 * Latency coded targets of training: what a membrane or an output shall be at every step, as
 * {@code snntorch.spikegen.latency} with targets and {@code targets_latency} have it.
 *
 * <p>Without interpolation {@code target = max(spike * on, off)}: a negative off counts as 0 (-0 if on is negative).
 * With interpolation the target rises linearly from off at step 0 to on at the spike, and is off afterwards: see
 * {@link #interpolate}.
 *
 * <p>Unlike snnTorch, which ignores {@code clip} when it interpolates, features below the threshold are then off at all
 * steps; and {@code targets_convert(code="latency")}, which drops on, off, interpolation and epsilon, has no
 * counterpart.
 */
public final class LatencyTargets {

    private final Options options;

    private LatencyTargets(Options options) {
        this.options = options;
    }

    /** All options. */
    private record Options(Latency latency, double onTarget, double offTarget, boolean interpolate) {

        Options {
            Objects.requireNonNull(latency, "latency");
            Interpolation.requireFinite(onTarget, offTarget);
            if (interpolate) {
                Interpolation.requireRise(onTarget, offTarget);
            }
        }
    }

    /**
     * Makes an encoder whose targets are the spikes: on 1, off 0, no interpolation.
     *
     * @param latency how data become spikes
     */
    public LatencyTargets(Latency latency) {
        this(new Options(latency, 1, 0, false));
    }

    /**
     * Returns how data become spikes.
     *
     * @return the encoder
     */
    public Latency latency() {
        return options.latency;
    }

    /**
     * Returns the target at a spike.
     *
     * @return the target
     */
    public double onTarget() {
        return options.onTarget;
    }

    /**
     * Returns the target elsewhere.
     *
     * @return the target
     */
    public double offTarget() {
        return options.offTarget;
    }

    /**
     * Tells whether the target rises.
     *
     * @return whether it rises linearly
     */
    public boolean interpolate() {
        return options.interpolate;
    }

    /**
     * Returns this encoder with other targets.
     *
     * @param on the target at a spike
     * @param off the target elsewhere
     * @return the encoder
     * @throws IllegalArgumentException if a target is not finite in float32, or with interpolation on is less than off
     */
    public LatencyTargets withTargets(double on, double off) {
        return new LatencyTargets(new Options(options.latency, on, off, options.interpolate));
    }

    /**
     * Returns this encoder with or without interpolation.
     *
     * @param rising whether the target rises linearly
     * @return the encoder
     * @throws IllegalArgumentException if with interpolation on is less than off
     */
    public LatencyTargets withInterpolation(boolean rising) {
        return new LatencyTargets(new Options(options.latency, options.onTarget, options.offTarget, rising));
    }

    /**
     * Encodes data.
     *
     * @param data {@code [batch x neurons]}, in [0, 1]
     * @param times {@code [batch x neurons]}, overwritten with the spike times, infinite where clipped; shares no
     *     memory with the data
     * @param targets {@code [steps * batch x neurons]}, time-major, overwritten; shares no memory with the times
     * @throws IllegalArgumentException as for {@link Latency#encode}, or if the targets are the times
     */
    public void encode(FloatMatrix data, FloatMatrix times, FloatMatrix targets) {
        Latency.requireSteps(data.rows(), "targets", targets.rows());
        targets.requireShape("targets", targets.rows(), data.columns());
        options.latency.encodeTimes(data, targets.rows() / data.rows(), times);
        if (options.interpolate) {
            Interpolation.latency(times, options.onTarget, options.offTarget, targets);
        } else {
            float on = (float) options.onTarget;
            float off = (float) options.offTarget;
            LatencySpikes.fire(times, Interpolation.atLeast(off, on), Interpolation.atLeast(off, 0 * on), targets);
        }
    }

    /**
     * Encodes labels: the data are 1 for the class that a label names and 0 for the others.
     *
     * @param labels class numbers, one for each sample
     * @param oneHot {@code [batch x classes]}, overwritten with the data
     * @param times {@code [batch x classes]}, overwritten with the spike times
     * @param targets {@code [steps * batch x classes]}, time-major, overwritten
     * @throws IllegalArgumentException as for {@link Latency#encode}, or if a label is not a class
     */
    public void encode(int[] labels, FloatMatrix oneHot, FloatMatrix times, FloatMatrix targets) {
        oneHot.requireShape("oneHot", labels.length, targets.columns());
        LabelRows.write(labels, 1, 0, oneHot, 0);
        encode(oneHot, times, targets);
    }

    /**
     * Interpolates up to the only spike of each neuron, as {@code snntorch.spikegen.latency_interpolate} does: the
     * target is {@code off + (on - off) * step / rint(time)} up to the spike, then off; off at all steps where the
     * rounded time is above their number. A time that is their number is one behind the last step: the target rises,
     * and does not come to on.
     *
     * <p>As there, the target at a spike is lost (off) where float32 rounds the sum past on: with on 0.9 and off 0.1, 1
     * * 0.8 + 0.1 is
     * 0.90000004.
     *
     * @param times {@code [batch x neurons]}, in steps, at least 0; infinite for neurons that never fire
     * @param onTarget the target at a spike
     * @param offTarget the target behind it
     * @param targets {@code [steps * batch x neurons]}, time-major, overwritten; shares no memory with the times
     * @throws IllegalArgumentException if a shape does not fit, targets and times share memory, a target is not finite
     *     in float32, or on is less than off
     */
    public static void interpolate(FloatMatrix times, double onTarget, double offTarget, FloatMatrix targets) {
        Interpolation.latency(times, onTarget, offTarget, targets);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LatencyTargets that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "LatencyTargets");
    }
}
