package dev.spikelane.encode;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Extremes;
import dev.spikelane.kernel.code.LatencyTimes;
import dev.spikelane.memory.FloatMatrix;

/** The spike times of {@link Latency}, which says what they are. */
final class LatencyCode {

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
            Checks.finiteAboveZero("tau", tau);
            Checks.atLeast(0, "firstSpikeTime", firstSpikeTime);
            Checks.finiteFromZero("epsilon", epsilon);
        }
    }

    LatencyCode() {
        this(new Options(0.01, 1, 0, false, false, 1e-7));
    }

    double threshold() {
        return options.threshold;
    }

    double tau() {
        return options.tau;
    }

    int firstSpikeTime() {
        return options.firstSpikeTime;
    }

    boolean linear() {
        return options.linear;
    }

    boolean normalize() {
        return options.normalize;
    }

    double epsilon() {
        return options.epsilon;
    }

    LatencyCode withThreshold(double value) {
        return new LatencyCode(new Options(
                value, options.tau, options.firstSpikeTime, options.linear, options.normalize, options.epsilon));
    }

    LatencyCode withTau(double value) {
        return new LatencyCode(new Options(
                options.threshold, value, options.firstSpikeTime, options.linear, options.normalize, options.epsilon));
    }

    LatencyCode withFirstSpikeTime(int value) {
        return new LatencyCode(
                new Options(options.threshold, options.tau, value, options.linear, options.normalize, options.epsilon));
    }

    LatencyCode withLinear(boolean value) {
        return new LatencyCode(new Options(
                options.threshold, options.tau, options.firstSpikeTime, value, options.normalize, options.epsilon));
    }

    LatencyCode withNormalize(boolean value) {
        return new LatencyCode(new Options(
                options.threshold, options.tau, options.firstSpikeTime, options.linear, value, options.epsilon));
    }

    LatencyCode withEpsilon(double value) {
        return new LatencyCode(new Options(
                options.threshold, options.tau, options.firstSpikeTime, options.linear, options.normalize, value));
    }

    /** Times of a code that is not normalized. */
    void encode(FloatMatrix data, FloatMatrix times) {
        if (options.normalize) {
            throw new IllegalArgumentException("a normalized code needs the number of steps");
        }
        write(data, 0, times);
    }

    /** Times of spikes within some steps. */
    void encode(FloatMatrix data, int steps, FloatMatrix times) {
        if (steps < 1 || options.firstSpikeTime >= steps) {
            throw new IllegalArgumentException(
                    "firstSpikeTime is " + options.firstSpikeTime + ", expected less than the steps, " + steps);
        }
        write(data, steps, times);
    }

    /** Sets the times of data below the threshold to infinity. */
    void silence(FloatMatrix data, FloatMatrix times) {
        LatencyTimes.silence(data, (float) options.threshold, times);
    }

    /** The steps that spikes at these times take. */
    static int steps(FloatMatrix times) {
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
