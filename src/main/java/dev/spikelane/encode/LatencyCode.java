package dev.spikelane.encode;

import dev.spikelane.kernel.encode.Extremes;
import dev.spikelane.kernel.encode.LatencyTimes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;

/** The spike times of {@link Latency}, which says what they are. */
record LatencyCode(
        double threshold, double tau, int firstSpikeTime, boolean linear, boolean normalize, double epsilon) {

    LatencyCode {
        if (!(threshold > 0 && threshold < 1)) {
            throw new IllegalArgumentException("threshold is " + threshold + ", expected more than 0 and less than 1");
        }
        Checks.finiteAboveZero("tau", tau);
        Checks.atLeast(0, "firstSpikeTime", firstSpikeTime);
        Checks.finiteFromZero("epsilon", epsilon);
    }

    LatencyCode() {
        this(0.01, 1, 0, false, false, 1e-7);
    }

    LatencyCode withThreshold(double value) {
        return new LatencyCode(value, tau, firstSpikeTime, linear, normalize, epsilon);
    }

    LatencyCode withTau(double value) {
        return new LatencyCode(threshold, value, firstSpikeTime, linear, normalize, epsilon);
    }

    LatencyCode withFirstSpikeTime(int value) {
        return new LatencyCode(threshold, tau, value, linear, normalize, epsilon);
    }

    LatencyCode withLinear(boolean value) {
        return new LatencyCode(threshold, tau, firstSpikeTime, value, normalize, epsilon);
    }

    LatencyCode withNormalize(boolean value) {
        return new LatencyCode(threshold, tau, firstSpikeTime, linear, value, epsilon);
    }

    LatencyCode withEpsilon(double value) {
        return new LatencyCode(threshold, tau, firstSpikeTime, linear, normalize, value);
    }

    /** Times of a code that is not normalized. */
    void encode(FloatMatrix data, FloatMatrix times) {
        if (normalize) {
            throw new IllegalArgumentException("a normalized code needs the number of steps");
        }
        write(data, 0, times);
    }

    /** Times of spikes within some steps. */
    void encode(FloatMatrix data, int steps, FloatMatrix times) {
        if (steps < 1 || firstSpikeTime >= steps) {
            throw new IllegalArgumentException(
                    "firstSpikeTime is " + firstSpikeTime + ", expected less than the steps, " + steps);
        }
        write(data, steps, times);
    }

    /** Sets the times of data below the threshold to infinity. */
    void silence(FloatMatrix data, FloatMatrix times) {
        LatencyTimes.silence(data, (float) threshold, times);
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
}
