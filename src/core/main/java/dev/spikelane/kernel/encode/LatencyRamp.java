package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;

/**
 * Computes targets that rise linearly from {@code off} at step 0 to {@code on} at a neuron's spike, and are {@code off}
 * afterwards.
 *
 * <p>With {@code s = rint(time)}, halves rounded to even:
 *
 * <pre>{@code
 * ratio  = (1 / s) * step                      0 < s <= steps
 *          2 * step                            s > steps
 *          1 at step 0, 2 * step afterwards    s = 0
 * target = ratio * range + off, or off where that is above on
 * }</pre>
 *
 * <p>All operations are float32, as in {@code snntorch.spikegen.latency_interpolate}. A neuron that fires too late is
 * off at all steps. If {@code 1 / s * s} or the sum is rounded up past {@code on}, the spike is lost, as in snnTorch. A
 * time of NaN makes all targets NaN.
 */
public final class LatencyRamp {

    private LatencyRamp() {}

    /**
     * Writes the targets of all steps.
     *
     * @param times {@code [batch x neurons]}, in steps; infinite for neurons that never fire
     * @param range the difference of on and off, rounded once
     * @param on the target at a spike
     * @param off the target after it
     * @param targets {@code [steps * batch x neurons]}, time-major, overwritten; shares no memory with the times
     * @throws IllegalArgumentException if a shape does not fit, or the targets share memory with the times
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void interpolate(FloatMatrix times, float range, float on, float off, FloatMatrix targets) {
        int batch = times.rows();
        Checks.wholeSteps(targets.rows(), batch);
        times.requireShape("times", batch, targets.columns());
        targets.requireShape("targets", targets.rows(), targets.columns());
        Checks.apart("targets", targets, "times", times);
        for (int row = 0; row < targets.rows(); row++) {
            interpolate(times, range, on, off, targets, row);
        }
    }

    private static void interpolate(FloatMatrix times, float range, float on, float off, FloatMatrix targets, int row) {
        int batch = times.rows();
        int sample = row % batch;
        int step = row / batch;
        int steps = targets.rows() / batch;
        for (int neuron = 0; neuron < times.columns(); neuron++) {
            float time = times.segment().get(JAVA_FLOAT, times.rowOffset(sample) + (long) neuron * Float.BYTES);
            float s = (float) Math.rint(time);
            float ratio;
            if (s == 0) {
                ratio = step == 0 ? 1 : 2f * step;
            } else {
                ratio = s > steps ? 2f * step : 1 / s * step;
            }
            float target = ratio * range + off;
            targets.segment()
                    .set(JAVA_FLOAT, targets.rowOffset(row) + (long) neuron * Float.BYTES, target > on ? off : target);
        }
    }
}
