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
 */
public final class Latency {

    private final Options options;

    private Latency(Options options) {
        this.options = options;
    }

    /** All options. */
    private record Options(LatencyCode code, boolean clip, boolean dropLate) {

        Options {
            Objects.requireNonNull(code, "code");
        }
    }

    /**
     * Makes an encoder that fires for data below the threshold too, and refuses spikes behind the last step.
     *
     * @param code how data become spike times
     */
    public Latency(LatencyCode code) {
        this(new Options(code, false, false));
    }

    /**
     * Returns how data become spike times.
     *
     * @return the code
     */
    public LatencyCode code() {
        return options.code;
    }

    /**
     * Tells what data below the threshold do.
     *
     * @return whether they do not fire
     */
    public boolean clip() {
        return options.clip;
    }

    /**
     * Tells what becomes of spikes behind the last step.
     *
     * @return whether they are left out rather than refused
     */
    public boolean dropLate() {
        return options.dropLate;
    }

    /**
     * Returns this encoder, clipping or not.
     *
     * @param value whether data below the threshold do not fire
     * @return the encoder
     */
    public Latency withClip(boolean value) {
        return new Latency(new Options(options.code, value, options.dropLate));
    }

    /**
     * Returns this encoder, leaving late spikes out or refusing them.
     *
     * @param value whether spikes behind the last step are left out
     * @return the encoder
     */
    public Latency withDropLate(boolean value) {
        return new Latency(new Options(options.code, options.clip, value));
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
        options.code.encode(data, steps, times);
        float last = Extremes.max(times);
        if (last == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("a spike time is infinite, because float32 loses epsilon, "
                    + options.code.epsilon() + ", beside the threshold, " + options.code.threshold());
        }
        if (Math.rint(last) >= steps && !options.dropLate) {
            throw new IllegalArgumentException(
                    "the last spike is in step " + (long) Math.rint(last) + ", expected less than the steps, " + steps);
        }
        if (options.clip) {
            options.code.silence(data, times);
        }
    }

    static void requireSteps(int batch, String name, int rows) {
        if (rows % batch != 0) {
            throw new IllegalArgumentException(
                    name + " has " + rows + " rows, expected a multiple of the batch, " + batch);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Latency that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "Latency");
    }
}
