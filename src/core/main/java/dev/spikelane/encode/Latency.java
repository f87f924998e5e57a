package dev.spikelane.encode;

import dev.spikelane.kernel.encode.Extremes;
import dev.spikelane.kernel.encode.LabelRows;
import dev.spikelane.kernel.encode.LatencySpikes;
import dev.spikelane.kernel.encode.LatencyTimes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/**
 * Latency coding: every neuron fires once, earlier for a larger datum, as in {@code snntorch.spikegen.latency}.
 *
 * <p>{@code spike[step][sample][neuron] = (rint(time[sample][neuron]) == step)}, halves rounded to even. Times are
 * float32, in steps.
 *
 * <p>A logarithmic time is the time that a leaky membrane charged by the datum takes to the threshold
 * ({@code snntorch.spikegen.latency_code_log}, to the bit):
 * <pre>{@code
 * x    = max(data, threshold + epsilon)
 * time = tau * log(x / (x - threshold)) + first
 * time = (time - first) * (steps - first - 1) / max(time - first) + first    normalized
 * }</pre>
 * Linear ({@code snntorch.spikegen.latency_code_linear}, to the bit):
 * <pre>{@code
 * time = min(-tau * (data - 1), -tau * (threshold - 1)) + first              normalized: tau = steps - 1 - first
 * }</pre>
 * and, where that normalized is negative because data are above 1,
 * {@code (time - min time) / (max time - min time) * (steps - 1)}. The extremes are taken over the whole matrix, so
 * with normalization a sample's times depend on the other samples of its batch, as in snnTorch.
 *
 * <p>Data below the threshold fire together as the last ones, in the last step if the code is logarithmic and
 * normalized (snnTorch's documentation claims this for all codes); clipped, they do not fire.
 *
 * <p>Options are float64, as in Python, and rounded to float32 when they are combined with the data.
 *
 * @param threshold data below it count as if they had just reached it, above 0 and below 1
 * @param tau steps, above 0; a normalized linear code does not use it
 * @param firstSpikeTime steps, at least 0
 * @param linear true if times fall linearly with the data, not logarithmically
 * @param normalize true to normalize times: logarithmic ones so that the last is in the last step, linear ones so that
 *     a datum of 0 would be
 * @param epsilon the least distance of data above the threshold in a logarithmic code, at least 0
 * @param clip true to silence data below the threshold
 * @param dropLate true to drop spikes after the last step, which are refused otherwise
 */
public record Latency(
        double threshold,
        double tau,
        int firstSpikeTime,
        boolean linear,
        boolean normalize,
        double epsilon,
        boolean clip,
        boolean dropLate) {

    /** Makes a code. */
    public Latency {
        Checks.require(threshold > 0 && threshold < 1, "threshold", threshold, "more than 0 and less than 1");
        Checks.finiteAboveZero("tau", tau);
        Checks.atLeast(0, "firstSpikeTime", firstSpikeTime);
        Checks.finiteFromZero("epsilon", epsilon);
    }

    /**
     * Makes snnTorch's default: logarithmic, threshold 0.01, tau 1, first spike time 0, not normalized, epsilon 1e-7,
     * without clip, late spikes refused.
     */
    public Latency() {
        this(0.01, 1, 0, false, false, 1e-7, false, false);
    }

    /**
     * {@return this encoder with another threshold}
     *
     * @param value the threshold, above 0 and below 1
     * @throws IllegalArgumentException if it is out of its range
     */
    public Latency withThreshold(double value) {
        return new Latency(value, tau, firstSpikeTime, linear, normalize, epsilon, clip, dropLate);
    }

    /**
     * {@return this encoder with another time constant}
     *
     * @param value tau in steps, above 0
     * @throws IllegalArgumentException if it is out of its range
     */
    public Latency withTau(double value) {
        return new Latency(threshold, value, firstSpikeTime, linear, normalize, epsilon, clip, dropLate);
    }

    /**
     * {@return this encoder with another first spike time}
     *
     * @param value steps, at least 0
     * @throws IllegalArgumentException if it is negative
     */
    public Latency withFirstSpikeTime(int value) {
        return new Latency(threshold, tau, value, linear, normalize, epsilon, clip, dropLate);
    }

    /**
     * Selects linear or logarithmic times.
     *
     * @param value true for linear
     * @return the encoder
     */
    public Latency withLinear(boolean value) {
        return new Latency(threshold, tau, firstSpikeTime, value, normalize, epsilon, clip, dropLate);
    }

    /**
     * Selects normalization.
     *
     * @param value true to normalize
     * @return the encoder
     */
    public Latency withNormalize(boolean value) {
        return new Latency(threshold, tau, firstSpikeTime, linear, value, epsilon, clip, dropLate);
    }

    /**
     * {@return this encoder with another epsilon}
     *
     * @param value at least 0
     * @throws IllegalArgumentException if it is out of its range
     */
    public Latency withEpsilon(double value) {
        return new Latency(threshold, tau, firstSpikeTime, linear, normalize, value, clip, dropLate);
    }

    /**
     * Selects clipping.
     *
     * @param value true to silence data below the threshold
     * @return the encoder
     */
    public Latency withClip(boolean value) {
        return new Latency(threshold, tau, firstSpikeTime, linear, normalize, epsilon, value, dropLate);
    }

    /**
     * Drops or refuses late spikes.
     *
     * @param value true to drop spikes after the last step
     * @return the encoder
     */
    public Latency withDropLate(boolean value) {
        return new Latency(threshold, tau, firstSpikeTime, linear, normalize, epsilon, clip, value);
    }

    /**
     * Encodes data; {@link #steps} gives snnTorch's default number of steps.
     *
     * @param data {@code [batch x neurons]}, in [0, 1]
     * @param times {@code [batch x neurons]}, overwritten with the spike times, infinite where clipped; shares no
     *     memory with the data
     * @param spikes {@code [steps * batch x neurons]}, time-major, overwritten
     * @throws IllegalArgumentException if a shape does not fit, times and data share memory, a datum is not in [0, 1],
     *     or the first spike time is not below the steps; if a spike is after the last step and not dropped; if a time
     *     is infinite, because float32 loses epsilon beside the threshold
     */
    public void encode(FloatMatrix data, FloatMatrix times, SpikeMatrix spikes) {
        requireSteps(data.rows(), "spikes", spikes.rows());
        spikes.requireShape("spikes", spikes.rows(), data.columns());
        encodeTimes(data, spikes.rows() / data.rows(), times);
        LatencySpikes.fire(times, spikes);
    }

    /**
     * Computes the times of a code that is not normalized.
     *
     * @param data {@code [batch x neurons]}, finite
     * @param times {@code [batch x neurons]}, overwritten; may be the data itself, but not overlap it otherwise
     * @throws IllegalArgumentException if the code is normalized, a shape does not fit, or a datum is not finite
     */
    public void times(FloatMatrix data, FloatMatrix times) {
        if (normalize) {
            throw new IllegalArgumentException("a normalized code needs the number of steps");
        }
        write(data, 0, times);
    }

    /**
     * Computes the times of spikes within some steps.
     *
     * <p>If all times are equal, snnTorch's normalized code gives NaN, and this code the first spike time (logarithmic)
     * or 0 (linear, all data above 1).
     *
     * @param data {@code [batch x neurons]}, finite
     * @param steps number of steps, more than the first spike time; only a normalized code keeps within them
     * @param times {@code [batch x neurons]}, overwritten; may be the data itself, but not overlap it otherwise
     * @throws IllegalArgumentException if a shape does not fit, the first spike time is not below the steps, or a datum
     *     is not finite; if a time to be normalized is infinite, because float32 loses epsilon beside the threshold or
     *     cannot hold a linear time
     */
    public void times(FloatMatrix data, int steps, FloatMatrix times) {
        if (steps < 1 || firstSpikeTime >= steps) {
            throw new IllegalArgumentException(
                    "firstSpikeTime is " + firstSpikeTime + ", expected less than the steps, " + steps);
        }
        write(data, steps, times);
    }

    /**
     * Sets the times of data below the threshold to infinity, so that they never fire: the mask of snnTorch's
     * {@code latency_code}.
     *
     * @param data {@code [batch x neurons]}, the encoded data
     * @param times {@code [batch x neurons]}, updated; not the data
     * @throws IllegalArgumentException if shapes differ
     */
    public void silence(FloatMatrix data, FloatMatrix times) {
        LatencyTimes.silence(data, (float) threshold, times);
    }

    /**
     * Returns the steps that spikes at these times take, snnTorch's default.
     *
     * @param times finite times
     * @return {@code rint(max time) + 1}
     * @throws IllegalArgumentException if the last time is not finite or is before step 0
     */
    public static int steps(FloatMatrix times) {
        float last = Extremes.max(Objects.requireNonNull(times, "times"));
        double steps = Math.rint(last) + 1;
        if (!(steps >= 1 && steps <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "the last spike time is " + last + ", expected one that is finite and not before 0");
        }
        return (int) steps;
    }

    /** Computes times, and checks that they are within the steps before spikes are written. */
    void encodeTimes(FloatMatrix data, int steps, FloatMatrix times) {
        if (times.sharesMemory(data)) {
            throw new IllegalArgumentException("times shares memory with data, expected memory of its own");
        }
        float smallest = Extremes.min(data);
        float largest = Extremes.max(data);
        if (!(smallest >= 0 && largest <= 1)) {
            throw new IllegalArgumentException(
                    "data has values in [" + smallest + ", " + largest + "], expected them in [0, 1]");
        }
        times(data, steps, times);
        float last = Extremes.max(times);
        if (last == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("a spike time is infinite, because float32 loses epsilon, " + epsilon
                    + ", beside the threshold, " + threshold);
        }
        if (Math.rint(last) >= steps && !dropLate) {
            throw new IllegalArgumentException(
                    "the last spike is in step " + (long) Math.rint(last) + ", expected less than the steps, " + steps);
        }
        if (clip) {
            silence(data, times);
        }
    }

    private void write(FloatMatrix data, int steps, FloatMatrix times) {
        times.requireShape("times", data.rows(), data.columns());
        float smallest = Extremes.min(data);
        float largest = Extremes.max(data);
        if (!Float.isFinite(smallest) || !Float.isFinite(largest)) {
            throw new IllegalArgumentException(
                    "data has values in [" + smallest + ", " + largest + "], expected finite numbers");
        }
        if (firstSpikeTime > 0 && smallest < 0 && largest > 1) {
            throw new IllegalArgumentException("data has values in [" + smallest + ", " + largest
                    + "], expected them in [0, 1] with a first spike time");
        }
        if (linear) {
            writeLinear(data, steps, times);
        } else {
            writeLogarithmic(data, steps, times);
        }
    }

    private void writeLogarithmic(FloatMatrix data, int steps, FloatMatrix times) {
        LatencyTimes.logarithmic(
                data, (float) threshold, (float) (threshold + epsilon), (float) tau, firstSpikeTime, times);
        if (normalize) {
            float longest = Extremes.max(times) - firstSpikeTime;
            if (!Float.isFinite(longest)) {
                throw new IllegalArgumentException("a spike time is infinite, because float32 loses epsilon, " + epsilon
                        + ", beside the threshold, " + threshold);
            }
            float divisor = longest == 0 ? 1 : longest;
            LatencyTimes.rescale(times, firstSpikeTime, 1, steps - firstSpikeTime - 1, divisor, firstSpikeTime);
        }
    }

    private void writeLinear(FloatMatrix data, int steps, FloatMatrix times) {
        double slope = normalize ? steps - 1 - firstSpikeTime : tau;
        LatencyTimes.linear(data, (float) slope, (float) (-slope * (threshold - 1)), firstSpikeTime, times);
        float earliest = Extremes.min(times);
        if (normalize && earliest < 0) {
            float latest = Extremes.max(times);
            float range = latest - earliest;
            if (!Float.isFinite(range)) {
                throw new IllegalArgumentException("spike times are in [" + earliest + ", " + latest
                        + "] before they are normalized, expected a finite range");
            }
            LatencyTimes.rescale(times, earliest, range == 0 ? 1 : 1 / range, steps - 1, 1, 0);
        }
    }

    static void requireSteps(int batch, String name, int rows) {
        if (rows % batch != 0) {
            throw new IllegalArgumentException(
                    name + " has " + rows + " rows, expected a multiple of the batch, " + batch);
        }
    }

    /**
     * Latency-coded training targets for a membrane or an output at every step, as in {@code snntorch.spikegen.latency}
     * with targets and {@code targets_latency}.
     *
     * <p>Without interpolation {@code target = max(spike * on, off)}: a negative off counts as 0 (-0 if on is
     * negative). With interpolation the target rises linearly from off at step 0 to on at the spike, and is off
     * afterwards: see {@link #interpolate}.
     *
     * <p>Unlike snnTorch, which ignores {@code clip} when it interpolates, features below the threshold are then off at
     * all steps; and {@code targets_convert(code="latency")}, which drops on, off, interpolation and epsilon, has no
     * counterpart.
     *
     * @param latency the encoder
     * @param onTarget the target at a spike
     * @param offTarget the target elsewhere
     * @param interpolate true if the target rises linearly up to each spike
     */
    public record Targets(Latency latency, double onTarget, double offTarget, boolean interpolate) {

        /** Makes an encoder. */
        public Targets {
            Objects.requireNonNull(latency, "latency");
            Interpolation.requireFinite(onTarget, offTarget);
            if (interpolate) {
                Interpolation.requireRise(onTarget, offTarget);
            }
        }

        /**
         * Makes an encoder with the spikes as targets: on 1, off 0, no interpolation.
         *
         * @param latency the encoder
         */
        public Targets(Latency latency) {
            this(latency, 1, 0, false);
        }

        /**
         * {@return this encoder with other targets}
         *
         * @param on the target at a spike
         * @param off the target elsewhere
         * @throws IllegalArgumentException if a target is not finite in float32, or with interpolation on is less than
         *     off
         */
        public Targets withTargets(double on, double off) {
            return new Targets(latency, on, off, interpolate);
        }

        /**
         * Selects interpolation.
         *
         * @param rising true if the target rises linearly
         * @return the encoder
         * @throws IllegalArgumentException if with interpolation on is less than off
         */
        public Targets withInterpolation(boolean rising) {
            return new Targets(latency, onTarget, offTarget, rising);
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
            latency.encodeTimes(data, targets.rows() / data.rows(), times);
            if (interpolate) {
                Interpolation.latency(times, onTarget, offTarget, targets);
            } else {
                float on = (float) onTarget;
                float off = (float) offTarget;
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
         * target is {@code off + (on - off) * step / rint(time)} up to the spike, then off. If the rounded time is
         * above the number of steps, the target is off at all steps. If it equals the number of steps, the target rises
         * and does not reach on.
         *
         * <p>As in snnTorch, the target at a spike is lost (off) if float32 rounds the sum past on: with on 0.9 and off
         * 0.1, 1 * 0.8 + 0.1 is 0.90000004.
         *
         * @param times {@code [batch x neurons]}, in steps, at least 0; infinite for neurons that never fire
         * @param onTarget the target at a spike
         * @param offTarget the target after a spike
         * @param targets {@code [steps * batch x neurons]}, time-major, overwritten; shares no memory with the times
         * @throws IllegalArgumentException if a shape does not fit, targets and times share memory, a target is not
         *     finite in float32, or on is less than off
         */
        public static void interpolate(FloatMatrix times, double onTarget, double offTarget, FloatMatrix targets) {
            Interpolation.latency(times, onTarget, offTarget, targets);
        }
    }
}
