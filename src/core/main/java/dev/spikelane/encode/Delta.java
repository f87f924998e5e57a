package dev.spikelane.encode;

import dev.spikelane.kernel.encode.DeltaSpikes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Objects;

/**
 * Delta modulation: a neuron fires if its datum changes by at least a threshold from one step to the next, as in
 * {@code snntorch.spikegen.delta}.
 *
 * <p>{@code on = (data[step] - data[step - 1] >= threshold)} and
 * {@code off = (data[step] - data[step - 1] <= -threshold)}, in float32; a difference equal to the threshold fires,
 * unlike a neuron. Before the first step the data count as 0, or with padding as in the first step, which then has no
 * spike unless the threshold is 0 or less. In place of snnTorch's {@code off_spike} there are two methods.
 *
 * <p>Data and spikes are {@code [steps * batch x neurons]}, time-major. Methods throw an
 * {@link IllegalArgumentException} if a shape does not fit, and write nothing then.
 *
 * @param threshold the smallest change that fires, in units of the data, not NaN
 * @param padding true to compare the first step with itself and not with 0
 */
public record Delta(float threshold, boolean padding) {

    /** Makes an encoder. */
    public Delta {
        if (Float.isNaN(threshold)) {
            throw new IllegalArgumentException("threshold is NaN, expected a number");
        }
    }

    /** Makes an encoder with threshold 0.1 and without padding. */
    public Delta() {
        this(0.1f, false);
    }

    /**
     * {@return this encoder with another threshold}
     *
     * @param change the smallest change that fires, in units of the data
     * @throws IllegalArgumentException if the threshold is NaN
     */
    public Delta withThreshold(double change) {
        return new Delta((float) change, padding);
    }

    /**
     * {@return this encoder with another padding}
     *
     * @param first true to compare the first step with itself and not with 0
     */
    public Delta withPadding(boolean first) {
        return new Delta(threshold, first);
    }

    /**
     * Encodes rises.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param on {@code [steps * batch x neurons]}, overwritten: where the data rise
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void encode(FloatMatrix data, int batch, SpikeMatrix on) {
        DeltaSpikes.rises(data, batch, threshold, padding, Objects.requireNonNull(on, "on"));
    }

    /**
     * Encodes rises and falls in spikes of their own.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param on {@code [steps * batch x neurons]}, overwritten: where the data rise
     * @param off {@code [steps * batch x neurons]}, overwritten: where they fall
     * @throws IllegalArgumentException if a shape does not fit; nothing is written then
     */
    public void encode(FloatMatrix data, int batch, SpikeMatrix on, SpikeMatrix off) {
        off.requireShape("off", data.rows(), data.columns());
        DeltaSpikes.rises(data, batch, threshold, padding, Objects.requireNonNull(on, "on"));
        DeltaSpikes.falls(data, batch, threshold, padding, off);
    }

    /**
     * Encodes rises as 1 and falls as -1, as {@code snntorch.spikegen.delta(off_spike=True)} does.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param spikes {@code [steps * batch x neurons]}, overwritten with 1, 0 and -1, or 0 where at a threshold of 0 and
     *     less both would fire; shares no memory with the data
     * @throws IllegalArgumentException if a shape does not fit, or the spikes share memory with the data
     */
    public void encodeSigned(FloatMatrix data, int batch, FloatMatrix spikes) {
        DeltaSpikes.signed(data, batch, threshold, padding, spikes);
    }
}
