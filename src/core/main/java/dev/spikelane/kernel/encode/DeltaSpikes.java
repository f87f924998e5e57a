package dev.spikelane.kernel.encode;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import java.lang.invoke.MethodHandles;

/**
 * Finds steps in which data rise or fall by a threshold.
 *
 * <p>{@code rises = (data[step] - data[step - 1] >= threshold)},
 * {@code falls = (data[step] - data[step - 1] <= -threshold)}, with the difference in float32. Before the first step
 * the data are 0, or with padding as in the first step. A difference of NaN neither rises nor falls.
 */
public final class DeltaSpikes {

    private static final Elementwise FIRE = text(" to 1", "difference >= threshold");
    private static final Elementwise SIGNED = text("", "(difference >= threshold) - (difference <= -threshold)");

    private DeltaSpikes() {}

    private static Elementwise text(String kind, String spikes) {
        return Elementwise.of(MethodHandles.lookup(), """
                param sign = 1, threshold = 0, compares = 1
                state spikes%s
                input now, before
                difference = sign * (now - (compares > 0 ? before : 0))
                spikes = %s
                spike 0 > 1
                """.formatted(kind, spikes));
    }

    /**
     * Writes a spike if the data rise.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch the samples of a step
     * @param threshold the smallest difference that fires
     * @param padding true to compare the first step with itself; false to compare it with 0
     * @param spikes {@code [steps * batch x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void rises(FloatMatrix data, int batch, float threshold, boolean padding, SpikeMatrix spikes) {
        fire(data, batch, 1, threshold, padding, spikes);
    }

    /**
     * Writes a spike if the data fall.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch the samples of a step
     * @param threshold the smallest difference that fires
     * @param padding true to compare the first step with itself; false to compare it with 0
     * @param spikes {@code [steps * batch x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void falls(FloatMatrix data, int batch, float threshold, boolean padding, SpikeMatrix spikes) {
        fire(data, batch, -1, threshold, padding, spikes);
    }

    /**
     * Writes 1 if the data rise, -1 if they fall, and 0 otherwise. With a threshold of 0 or less, data that do both
     * give 0.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch the samples of a step
     * @param threshold the smallest difference that fires
     * @param padding true to compare the first step with itself; false to compare it with 0
     * @param spikes {@code [steps * batch x neurons]}, overwritten; shares no memory with the data
     * @throws IllegalArgumentException if a shape does not fit, or the spikes share memory with the data
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void signed(FloatMatrix data, int batch, float threshold, boolean padding, FloatMatrix spikes) {
        spikes.requireShape("spikes", data.rows(), data.columns());
        Checks.apart("spikes", spikes, "data", data);
        run(SIGNED, data, batch, 1, threshold, padding, spikes);
        for (int row = 0; row < data.rows(); row++) {
            Pads.clear(spikes, row);
        }
    }

    private static void fire(
            FloatMatrix data, int batch, float sign, float threshold, boolean padding, SpikeMatrix spikes) {
        spikes.requireShape("spikes", data.rows(), data.columns());
        run(FIRE, data, batch, sign, threshold, padding, spikes);
        for (int row = 0; row < data.rows(); row++) {
            Pads.clear(spikes, row);
        }
    }

    /** Runs a text on the first step, then on the others. */
    private static void run(
            Elementwise text,
            FloatMatrix data,
            int batch,
            float sign,
            float threshold,
            boolean padding,
            Signal spikes) {
        Checks.range("batch", 0, batch, data.rows());
        Checks.wholeSteps(data.rows(), batch);
        data.requireShape("data", data.rows(), data.columns());
        int first = 0;
        for (int end = batch; first < end; end = data.rows()) {
            Frame frame = text.frame();
            frame.set("sign", sign);
            frame.set("threshold", threshold);
            frame.set("compares", first > 0 || padding ? 1 : 0);
            frame.put("now", data, first);
            frame.put("before", data, 0);
            frame.put("spikes", spikes, first);
            frame.words = Math.ceilDiv(data.columns(), Long.SIZE);
            text.run(frame, end - first);
            first = end;
        }
    }
}
