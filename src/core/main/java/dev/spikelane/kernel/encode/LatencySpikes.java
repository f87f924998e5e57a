package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;

/**
 * Computes spikes of neurons that fire once, in the step nearest to their time.
 *
 * <p>{@code spike[step][sample][neuron] = (rint(time[sample][neuron]) == step)}, halves rounded to even. Times outside
 * of the steps, infinity and NaN give no spike. The output is cleared, then one element for each neuron is written.
 * This is less work than one comparison for each step, so there is no vector variant.
 */
public final class LatencySpikes {

    private LatencySpikes() {}

    /**
     * Writes spikes.
     *
     * @param times {@code [batch x neurons]}, in steps
     * @param spikes {@code [steps * batch x neurons]}, time-major, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void fire(FloatMatrix times, SpikeMatrix spikes) {
        Checks.wholeSteps(spikes.rows(), times.rows());
        times.requireShape("times", times.rows(), spikes.columns());
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        spikes.clear();
        int batch = times.rows();
        int steps = spikes.rows() / batch;
        for (int sample = 0; sample < batch; sample++) {
            for (int neuron = 0; neuron < times.columns(); neuron++) {
                int step = step(times, sample, neuron, steps);
                if (step >= 0) {
                    long at = spikes.rowOffset(step * batch + sample) + (long) (neuron / Long.SIZE) * Long.BYTES;
                    spikes.segment().set(JAVA_LONG, at, spikes.segment().get(JAVA_LONG, at) | 1L << neuron);
                }
            }
        }
    }

    /**
     * Writes one value for each spike, and another value elsewhere.
     *
     * @param times {@code [batch x neurons]}, in steps
     * @param on the value of a spike
     * @param off the value elsewhere
     * @param targets {@code [steps * batch x neurons]}, time-major, overwritten; shares no memory with the times
     * @throws IllegalArgumentException if a shape does not fit, or the targets share memory with the times
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void fire(FloatMatrix times, float on, float off, FloatMatrix targets) {
        Checks.wholeSteps(targets.rows(), times.rows());
        times.requireShape("times", times.rows(), targets.columns());
        targets.requireShape("targets", targets.rows(), targets.columns());
        Checks.apart("targets", targets, "times", times);
        targets.fill(off);
        int batch = times.rows();
        int steps = targets.rows() / batch;
        for (int sample = 0; sample < batch; sample++) {
            for (int neuron = 0; neuron < times.columns(); neuron++) {
                int step = step(times, sample, neuron, steps);
                if (step >= 0) {
                    long at = targets.rowOffset(step * batch + sample) + (long) neuron * Float.BYTES;
                    targets.segment().set(JAVA_FLOAT, at, on);
                }
            }
        }
    }

    /** Returns the step in which a neuron fires, -1 for none. */
    private static int step(FloatMatrix times, int sample, int neuron, int steps) {
        double step = Math.rint(times.segment().get(JAVA_FLOAT, times.rowOffset(sample) + (long) neuron * Float.BYTES));
        return step >= 0 && step < steps ? (int) step : -1;
    }
}
