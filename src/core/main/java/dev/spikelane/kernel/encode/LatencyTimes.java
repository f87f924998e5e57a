package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import java.lang.invoke.MethodHandles;

/**
 * Computes the times at which neurons fire from data (latency coding). Times are float32, in steps.
 *
 * <p>Each element is computed alone, in float32, with operations in the order written. Data and times may be the same
 * matrix, but must not overlap otherwise.
 */
public final class LatencyTimes {

    private static final Elementwise LOGARITHMIC = Elementwise.of(MethodHandles.lookup(), """
            param threshold = 1, lowest = 1, tau = 1, first = 0
            state time
            input data
            x = max(data, lowest)
            time = tau * log(x / (x - threshold)) + first
            spike 0 > 1
            """);

    private LatencyTimes() {}

    /**
     * Computes the time at which a membrane that the data charge reaches the threshold:
     * {@code time = tau * log(x / (x - threshold)) + first} with {@code x = max(data, lowest)}. The logarithm has
     * torch's bits.
     *
     * @param data {@code [batch x neurons]}
     * @param threshold the threshold, above 0
     * @param lowest smaller data are replaced by this; at least the threshold, which gives an infinite time
     * @param tau time constant in steps
     * @param first added to the time
     * @param times {@code [batch x neurons]}, overwritten
     * @throws IllegalArgumentException if shapes differ, or times share memory with other rows of the data
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void logarithmic(
            FloatMatrix data, float threshold, float lowest, float tau, float first, FloatMatrix times) {
        sameShape(data, times);
        Frame frame = LOGARITHMIC.frame();
        frame.set("threshold", threshold);
        frame.set("lowest", lowest);
        frame.set("tau", tau);
        frame.set("first", first);
        frame.put("data", data, 0);
        frame.put("time", times, 0);
        frame.words = Math.ceilDiv(times.columns(), Long.SIZE);
        LOGARITHMIC.run(frame, times.rows());
        for (int row = 0; row < times.rows(); row++) {
            Pads.clear(times, row);
        }
    }

    /**
     * Computes times that fall linearly with the data: {@code time = min(-tau * (data - 1), latest) + first}.
     *
     * @param data {@code [batch x neurons]}
     * @param tau steps from the largest datum, 1, to 0
     * @param latest the latest time before {@code first} is added
     * @param first added to the time
     * @param times {@code [batch x neurons]}, overwritten
     * @throws IllegalArgumentException if shapes differ, or times share memory with other rows of the data
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void linear(FloatMatrix data, float tau, float latest, float first, FloatMatrix times) {
        sameShape(data, times);
        for (int row = 0; row < times.rows(); row++) {
            for (int neuron = 0; neuron < times.columns(); neuron++) {
                long at = times.rowOffset(row) + (long) neuron * Float.BYTES;
                float x = data.segment().get(JAVA_FLOAT, at);
                times.segment().set(JAVA_FLOAT, at, Math.min(-tau * (x - 1), latest) + first);
            }
        }
    }

    /**
     * Stretches times: {@code time = (time - from) * scale * span / divisor + to}, from left to right.
     *
     * @param times {@code [batch x neurons]}, updated
     * @param from subtracted
     * @param scale factor
     * @param span factor
     * @param divisor the divisor
     * @param to added
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public static void rescale(FloatMatrix times, float from, float scale, float span, float divisor, float to) {
        sameShape(times, times);
        for (int row = 0; row < times.rows(); row++) {
            for (int neuron = 0; neuron < times.columns(); neuron++) {
                long at = times.rowOffset(row) + (long) neuron * Float.BYTES;
                float time = times.segment().get(JAVA_FLOAT, at);
                times.segment().set(JAVA_FLOAT, at, (time - from) * scale * span / divisor + to);
            }
        }
    }

    /**
     * Sets the times of neurons with data below the threshold to infinity, so that they never fire.
     *
     * @param data {@code [batch x neurons]}
     * @param threshold data equal to it keep their time
     * @param times {@code [batch x neurons]}, updated
     * @throws IllegalArgumentException if shapes differ, or times share memory with other rows of the data
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void silence(FloatMatrix data, float threshold, FloatMatrix times) {
        sameShape(data, times);
        for (int row = 0; row < times.rows(); row++) {
            for (int neuron = 0; neuron < times.columns(); neuron++) {
                long at = times.rowOffset(row) + (long) neuron * Float.BYTES;
                if (data.segment().get(JAVA_FLOAT, at) < threshold) {
                    times.segment().set(JAVA_FLOAT, at, Float.POSITIVE_INFINITY);
                }
            }
        }
    }

    private static void sameShape(FloatMatrix data, FloatMatrix times) {
        data.requireShape("data", times.rows(), times.columns());
        times.requireShape("times", data.rows(), data.columns());
        Checks.sameOrApart("times", times, "data", data);
    }
}
