package dev.spikelane.encode;

import dev.spikelane.kernel.base.Extremes;
import dev.spikelane.kernel.code.LatencyTimes;
import dev.spikelane.memory.FloatMatrix;

/**
 * How data become spike times: the larger a datum, the earlier the spike. Times are float32, in steps, and not rounded yet; {@link Latency}
 * turns them into spikes.
 *
 * <p>Logarithmic, the time that a leaky membrane charged by the datum takes to the threshold
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
 * and, where that normalized is negative because data are above 1, {@code (time - min time) / (max time - min time) * (steps - 1)}. The
 * extremes are those of the whole matrix: with normalization a sample's times depend on the others of its batch, as in snnTorch.
 *
 * <p>Options are float64, as in Python, and rounded to float32 where they meet the data.
 */
public final class LatencyCode {

    private final Options options;

    private LatencyCode(Options options) {
        this.options = options;
    }

    /** All options. */
    private record Options(
            double threshold, double tau, int firstSpikeTime, boolean linear, boolean normalize, double epsilon) {

        Options {
            if (!(threshold > 0 && threshold < 1)) {
                throw new IllegalArgumentException(
                        "threshold is " + threshold + ", expected more than 0 and less than 1");
            }
            if (!(tau > 0 && tau < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("tau is " + tau + ", expected a finite number above 0");
            }
            if (firstSpikeTime < 0) {
                throw new IllegalArgumentException("firstSpikeTime is " + firstSpikeTime + ", expected at least 0");
            }
            if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "epsilon is " + epsilon + ", expected a finite number of at least 0");
            }
        }
    }

    /** Makes snnTorch's default: logarithmic, threshold 0.01, tau 1, first spike time 0, not normalized, epsilon 1e-7. */
    public LatencyCode() {
        this(new Options(0.01, 1, 0, false, false, 1e-7));
    }

    /**
     * Returns the threshold.
     *
     * @return data below it count as if they had just reached it, above 0 and below 1
     */
    public double threshold() {
        return options.threshold;
    }

    /**
     * Returns the time constant.
     *
     * @return steps, above 0; a normalized linear code does not use it
     */
    public double tau() {
        return options.tau;
    }

    /**
     * Returns the time of the earliest possible spike.
     *
     * @return steps, at least 0
     */
    public int firstSpikeTime() {
        return options.firstSpikeTime;
    }

    /**
     * Tells which code it is.
     *
     * @return whether times fall linearly with the data and not logarithmically
     */
    public boolean linear() {
        return options.linear;
    }

    /**
     * Tells whether times are stretched over the steps.
     *
     * @return whether they are: logarithmic ones so that the last is in the last step, linear ones so that a datum of 0 would be
     */
    public boolean normalize() {
        return options.normalize;
    }

    /**
     * Returns epsilon.
     *
     * @return how far a logarithmic code keeps data above the threshold, at least 0
     */
    public double epsilon() {
        return options.epsilon;
    }

    /**
     * Returns this code with another threshold.
     *
     * @param value the threshold, above 0 and below 1
     * @return the code
     * @throws IllegalArgumentException if it is out of its range
     */
    public LatencyCode withThreshold(double value) {
        return new LatencyCode(new Options(
                value, options.tau, options.firstSpikeTime, options.linear, options.normalize, options.epsilon));
    }

    /**
     * Returns this code with another time constant.
     *
     * @param value tau in steps, above 0
     * @return the code
     * @throws IllegalArgumentException if it is out of its range
     */
    public LatencyCode withTau(double value) {
        return new LatencyCode(new Options(
                options.threshold, value, options.firstSpikeTime, options.linear, options.normalize, options.epsilon));
    }

    /**
     * Returns this code with another first spike time.
     *
     * @param value steps, at least 0
     * @return the code
     * @throws IllegalArgumentException if it is negative
     */
    public LatencyCode withFirstSpikeTime(int value) {
        return new LatencyCode(
                new Options(options.threshold, options.tau, value, options.linear, options.normalize, options.epsilon));
    }

    /**
     * Returns this code, linear or logarithmic.
     *
     * @param value whether it is linear
     * @return the code
     */
    public LatencyCode withLinear(boolean value) {
        return new LatencyCode(new Options(
                options.threshold, options.tau, options.firstSpikeTime, value, options.normalize, options.epsilon));
    }

    /**
     * Returns this code, normalized or not.
     *
     * @param value whether it is normalized
     * @return the code
     */
    public LatencyCode withNormalize(boolean value) {
        return new LatencyCode(new Options(
                options.threshold, options.tau, options.firstSpikeTime, options.linear, value, options.epsilon));
    }

    /**
     * Returns this code with another epsilon.
     *
     * @param value at least 0
     * @return the code
     * @throws IllegalArgumentException if it is out of its range
     */
    public LatencyCode withEpsilon(double value) {
        return new LatencyCode(new Options(
                options.threshold, options.tau, options.firstSpikeTime, options.linear, options.normalize, value));
    }

    /**
     * Computes the times of a code that is not normalized.
     *
     * @param data {@code [batch x neurons]}, finite
     * @param times {@code [batch x neurons]}, overwritten; may be the data itself, but not overlap it otherwise
     * @throws IllegalArgumentException if the code is normalized, a shape does not fit, or a datum is not finite
     */
    public void encode(FloatMatrix data, FloatMatrix times) {
        if (options.normalize) {
            throw new IllegalArgumentException("a normalized code needs the number of steps");
        }
        write(data, 0, times);
    }

    /**
     * Computes the times of spikes within some steps.
     *
     * <p>Unlike snnTorch, which gives NaN where a normalized code has one time only, this gives the first spike time (logarithmic) or 0
     * (linear, all data above 1).
     *
     * @param data {@code [batch x neurons]}, finite
     * @param steps how many steps there are, more than the first spike time; only a normalized code keeps within them
     * @param times {@code [batch x neurons]}, overwritten; may be the data itself, but not overlap it otherwise
     * @throws IllegalArgumentException if a shape does not fit, the first spike time is not below the steps, a datum is not finite, or a
     *     time that is to be normalized is infinite, because float32 loses epsilon beside the threshold or cannot hold a linear time
     */
    public void encode(FloatMatrix data, int steps, FloatMatrix times) {
        if (steps < 1 || options.firstSpikeTime >= steps) {
            throw new IllegalArgumentException(
                    "firstSpikeTime is " + options.firstSpikeTime + ", expected less than the steps, " + steps);
        }
        write(data, steps, times);
    }

    /**
     * Sets the times of data below the threshold to infinity, so that they never fire: the mask that snnTorch's {@code latency_code}
     * returns beside the times.
     *
     * @param data {@code [batch x neurons]}, as they were encoded
     * @param times {@code [batch x neurons]}, updated; not the data
     * @throws IllegalArgumentException if shapes differ
     */
    public void silence(FloatMatrix data, FloatMatrix times) {
        LatencyTimes.silence(data, (float) options.threshold, times);
    }

    /**
     * Returns the steps that spikes at these times take, as snnTorch counts them where none are given.
     *
     * @param times finite times
     * @return {@code rint(max time) + 1}
     * @throws IllegalArgumentException if the last time is not finite or is before step 0
     */
    public static int steps(FloatMatrix times) {
        float last = Extremes.max(times);
        double steps = Math.rint(last) + 1;
        if (!(steps >= 1 && steps <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "the last spike time is " + last + ", expected one that is finite and not before 0");
        }
        return (int) steps;
    }

    private void write(FloatMatrix data, int steps, FloatMatrix times) {
        times.requireShape("times", data.rows(), data.columns());
        float smallest = Extremes.min(data);
        float largest = Extremes.max(data);
        if (!Float.isFinite(smallest) || !Float.isFinite(largest)) {
            throw new IllegalArgumentException(
                    "data has values in [" + smallest + ", " + largest + "], expected finite numbers");
        }
        if (options.firstSpikeTime > 0 && smallest < 0 && largest > 1) {
            throw new IllegalArgumentException("data has values in [" + smallest + ", " + largest
                    + "], expected them in [0, 1] with a first spike time");
        }
        if (options.linear) {
            writeLinear(data, steps, times);
        } else {
            writeLogarithmic(data, steps, times);
        }
    }

    private void writeLogarithmic(FloatMatrix data, int steps, FloatMatrix times) {
        LatencyTimes.logarithmic(
                data,
                (float) options.threshold,
                (float) (options.threshold + options.epsilon),
                (float) options.tau,
                options.firstSpikeTime,
                times);
        if (options.normalize) {
            float longest = Extremes.max(times) - options.firstSpikeTime;
            if (!Float.isFinite(longest)) {
                throw new IllegalArgumentException("a spike time is infinite, because float32 loses epsilon, "
                        + options.epsilon + ", beside the threshold, " + options.threshold);
            }
            float divisor = longest == 0 ? 1 : longest;
            LatencyTimes.rescale(
                    times,
                    options.firstSpikeTime,
                    1,
                    steps - options.firstSpikeTime - 1,
                    divisor,
                    options.firstSpikeTime);
        }
    }

    private void writeLinear(FloatMatrix data, int steps, FloatMatrix times) {
        double slope = options.normalize ? steps - 1 - options.firstSpikeTime : options.tau;
        LatencyTimes.linear(
                data, (float) slope, (float) (-slope * (options.threshold - 1)), options.firstSpikeTime, times);
        float earliest = Extremes.min(times);
        if (options.normalize && earliest < 0) {
            float latest = Extremes.max(times);
            float range = latest - earliest;
            if (!Float.isFinite(range)) {
                throw new IllegalArgumentException("spike times are in [" + earliest + ", " + latest
                        + "] before they are normalized, expected a finite range");
            }
            LatencyTimes.rescale(times, earliest, range == 0 ? 1 : 1 / range, steps - 1, 1, 0);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LatencyCode that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "LatencyCode");
    }
}
