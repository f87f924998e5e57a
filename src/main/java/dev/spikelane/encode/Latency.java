package dev.spikelane.encode;

import dev.spikelane.kernel.base.Extremes;
import dev.spikelane.kernel.code.LatencySpikes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Objects;

/**
 * Latency coding: every neuron fires once, the earlier the larger its datum, as {@code snntorch.spikegen.latency} has it.
 *
 * <p>{@code spike[step][sample][neuron] = (rint(time[sample][neuron]) == step)}, halves rounded to even, with the times of a
 * {@link LatencyCode}. Data below the threshold fire together as the last ones, in the last step if the code is logarithmic and
 * normalized (snnTorch's documentation says so of all codes); clipped, they do not fire.
 *
 * @param code how data become spike times
 * @param clip whether data below the code's threshold do not fire
 * @param dropLate whether spikes behind the last step are left out rather than refused, snnTorch's {@code bypass}
 */
public record Latency(LatencyCode code, boolean clip, boolean dropLate) {

    /**
     * Makes a coding.
     *
     * @throws NullPointerException if the code is null
     */
    public Latency {
        Objects.requireNonNull(code, "code");
    }

    /**
     * Makes an encoder that fires for data below the threshold too, and refuses spikes behind the last step.
     *
     * @param code how data become spike times
     */
    public Latency(LatencyCode code) {
        this(code, false, false);
    }

    /**
     * Returns this encoder, clipping or not.
     *
     * @param value whether data below the threshold do not fire
     * @return the encoder
     */
    public Latency withClip(boolean value) {
        return new Latency(code, value, dropLate);
    }

    /**
     * Returns this encoder, leaving late spikes out or refusing them.
     *
     * @param value whether spikes behind the last step are left out
     * @return the encoder
     */
    public Latency withDropLate(boolean value) {
        return new Latency(code, clip, value);
    }

    /**
     * Encodes data. snnTorch's choice of the number of steps, where none is given, is {@link LatencyCode#steps}.
     *
     * @param data {@code [batch x neurons]}, in [0, 1]
     * @param times {@code [batch x neurons]}, overwritten with the spike times, infinite where clipped; shares no memory with the data
     * @param spikes {@code [steps * batch x neurons]}, time-major, overwritten
     * @throws IllegalArgumentException if a shape does not fit, times and data share memory, a datum is not in [0, 1], the first spike time is not below the steps, a
     *     spike is behind the last step and not to be dropped, or a time is infinite, because float32 loses epsilon beside the threshold
     */
    public void encode(FloatMatrix data, FloatMatrix times, SpikeMatrix spikes) {
        requireSteps(data.rows(), "spikes", spikes.rows());
        spikes.requireShape("spikes", spikes.rows(), data.columns());
        encodeTimes(data, spikes.rows() / data.rows(), times);
        LatencySpikes.fire(times, spikes);
    }

    /** Computes times and checks that they are within the steps, before anything else is written. */
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
        code.encode(data, steps, times);
        float last = Extremes.max(times);
        if (last == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("a spike time is infinite, because float32 loses epsilon, "
                    + code.epsilon() + ", beside the threshold, " + code.threshold());
        }
        if (Math.rint(last) >= steps && !dropLate) {
            throw new IllegalArgumentException(
                    "the last spike is in step " + (long) Math.rint(last) + ", expected less than the steps, " + steps);
        }
        if (clip) {
            code.silence(data, times);
        }
    }

    static void requireSteps(int batch, String name, int rows) {
        if (rows % batch != 0) {
            throw new IllegalArgumentException(
                    name + " has " + rows + " rows, expected a multiple of the batch, " + batch);
        }
    }
}
