package dev.spikelane.encode;

import dev.spikelane.kernel.encode.BernoulliSpikes;
import dev.spikelane.kernel.encode.Extremes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Rate coding: at every step a neuron fires with a probability given by its datum, as {@code snntorch.spikegen.rate}
 * does.
 *
 * <p>{@code P(spike[step][sample][neuron]) = clamp(data * gain + offset, 0, 1)} from step {@code firstSpikeTime} on, in
 * float32; earlier steps have no spike. With a seed, random numbers come from
 * {@link dev.spikelane.random.CounterRandom}: this is fast, and spikes are a pure function of (seed, step, sample,
 * neuron), however the work is divided. With a {@link TorchRandom}, spikes equal snnTorch's after
 * {@code torch.manual_seed}.
 *
 * <p>Constant data are {@code [batch x neurons]} and spikes {@code [steps * batch x neurons]}, time-major, overwritten.
 * Methods throw an {@link IllegalArgumentException} if a shape does not fit, the first spike time is not below the
 * steps, or a datum is NaN. The logger {@code dev.spikelane} warns once in a JVM of data far above 1, such as pixels of
 * 0 to 255.
 *
 * <p>With gain 1, offset 0 and first spike time 0, time-varying data give {@code snntorch.spikegen.rate_conv}.
 */
public final class Rate {

    /** Probabilities above 1 are common, for example of normalized images; above this limit they are a mistake. */
    private static final float LARGE = 10;

    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private final Options options;
    private final BernoulliSpikes random;

    private record Options(float gain, float offset, int firstSpikeTime) {

        Options {
            if (!Float.isFinite(gain) || !Float.isFinite(offset)) {
                throw new IllegalArgumentException(
                        "gain is " + gain + ", offset " + offset + ", expected finite numbers");
            }
            Checks.atLeast(0, "firstSpikeTime", firstSpikeTime);
        }
    }

    /**
     * Makes an encoder.
     *
     * @param gain factor on the data
     * @param offset added to the scaled data
     * @param firstSpikeTime steps without a spike at the beginning, at least 0
     * @throws IllegalArgumentException if gain or offset is NaN or infinite, or the first spike time is negative
     */
    public Rate(float gain, float offset, int firstSpikeTime) {
        this.options = new Options(gain, offset, firstSpikeTime);
        this.random = new BernoulliSpikes(gain, offset);
    }

    /** Makes an encoder with gain 1, offset 0 and first spike time 0. */
    public Rate() {
        this(1, 0, 0);
    }

    /** {@return the factor on the data} */
    public float gain() {
        return options.gain;
    }

    /** {@return the number added to the scaled data} */
    public float offset() {
        return options.offset;
    }

    /** {@return the steps without a spike at the beginning} */
    public int firstSpikeTime() {
        return options.firstSpikeTime;
    }

    /**
     * Encodes data that are the same at all steps.
     *
     * @param data {@code [batch x neurons]}
     * @param spikes {@code [steps * batch x neurons]}, time-major, overwritten
     * @param seed the seed of the run
     * @throws IllegalArgumentException if a shape does not fit, the first spike time is not below the steps, or a datum
     *     is NaN
     */
    public void encode(FloatMatrix data, SpikeMatrix spikes, long seed) {
        encode(data, spikes, seed, 0);
    }

    /**
     * Encodes a part of a larger batch; together the parts give the spikes of the whole.
     *
     * @param data {@code [batch x neurons]}, the same at all steps
     * @param spikes {@code [steps * batch x neurons]}, time-major, overwritten
     * @param seed the seed of the run
     * @param firstSample the number of the first of these samples
     * @throws IllegalArgumentException if a shape does not fit, the first spike time is not below the steps, or a datum
     *     is NaN
     */
    public void encode(FloatMatrix data, SpikeMatrix spikes, long seed, int firstSample) {
        int firstRow = silence(data, data.rows(), spikes);
        random.draw(seed, firstSample, data, spikes, firstRow);
    }

    /**
     * Encodes the samples of a batch of a data set. The spikes of a sample are the same in any place of any
     * batch it stands, and others in another epoch; see {@link dev.spikelane.random.CounterRandom.Draws}.
     *
     * @param data {@code [batch x neurons]}, the same at all steps
     * @param spikes {@code [steps * batch x neurons]}, time-major, overwritten
     * @param draws the random streams of the samples
     * @throws IllegalArgumentException if a shape does not fit, the first spike time is not below the steps, or a datum
     *     is NaN
     * @throws IndexOutOfBoundsException if there are fewer random streams than samples
     */
    public void encodeSamples(FloatMatrix data, SpikeMatrix spikes, CounterRandom.Draws draws) {
        int firstRow = silence(data, data.rows(), spikes);
        random.draw(draws, data, spikes, firstRow);
    }

    /**
     * Encodes data that are the same at all steps, spike for spike as
     * {@code snntorch.spikegen.rate(data, num_steps, ...)} does; numbers are drawn for the steps before the first spike
     * time too.
     *
     * @param data {@code [batch x neurons]}
     * @param spikes {@code [steps * batch x neurons]}, time-major, overwritten
     * @param random the stream the numbers are drawn from
     * @throws IllegalArgumentException if a shape does not fit, the first spike time is not below the steps, or a datum
     *     is NaN
     */
    public void encode(FloatMatrix data, SpikeMatrix spikes, TorchRandom random) {
        int firstRow = silence(data, data.rows(), spikes);
        for (int unused = 0; unused < firstRow; unused++) {
            for (int neuron = 0; neuron < data.columns(); neuron++) {
                random.nextFloat();
            }
        }
        for (int row = firstRow; row < spikes.rows(); row++) {
            random.bernoulli(data, row % data.rows(), options.gain, options.offset, spikes, row);
        }
    }

    /**
     * Encodes data that change from step to step. Steps without a spike are put before them, so there are
     * {@code firstSpikeTime} more steps of spikes than of data.
     *
     * <p>Unlike snnTorch, which ignores gain and offset here, this applies them.
     *
     * @param data {@code [dataSteps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param spikes {@code [(firstSpikeTime + dataSteps) * batch x neurons]}, time-major, overwritten
     * @param seed the seed of the run
     * @throws IllegalArgumentException if a shape does not fit, or a datum is NaN
     */
    public void encodeVarying(FloatMatrix data, int batch, SpikeMatrix spikes, long seed) {
        prepend(data, batch, spikes);
        random.drawVarying(seed, batch, data, spikes);
    }

    /**
     * Encodes data that change from step to step, spike for spike as
     * {@code snntorch.spikegen.rate(data, time_var_input=True, ...)} does.
     *
     * <p>Unlike snnTorch, which ignores gain and offset here, this applies them.
     *
     * @param data {@code [dataSteps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param spikes {@code [(firstSpikeTime + dataSteps) * batch x neurons]}, time-major, overwritten
     * @param random the stream the numbers are drawn from
     * @throws IllegalArgumentException if a shape does not fit, or a datum is NaN
     */
    public void encodeVarying(FloatMatrix data, int batch, SpikeMatrix spikes, TorchRandom random) {
        int firstRow = prepend(data, batch, spikes);
        for (int row = firstRow; row < spikes.rows(); row++) {
            random.bernoulli(data, row - firstRow, options.gain, options.offset, spikes, row);
        }
    }

    /** Checks constant data, clears the steps before the first spike time, and returns the first row after them. */
    private int silence(FloatMatrix data, int batch, SpikeMatrix spikes) {
        data.requireShape("data", batch, spikes.columns());
        if (spikes.rows() % batch != 0) {
            throw new IllegalArgumentException(
                    "spikes has " + spikes.rows() + " rows, expected a multiple of the batch, " + batch);
        }
        if (options.firstSpikeTime >= spikes.rows() / batch) {
            throw new IllegalArgumentException("firstSpikeTime is " + options.firstSpikeTime
                    + ", expected less than the steps, " + spikes.rows() / batch);
        }
        return clearBefore(data, batch, spikes);
    }

    /** Checks varying data, clears the steps before them, and returns the first row after these steps. */
    private int prepend(FloatMatrix data, int batch, SpikeMatrix spikes) {
        if (batch < 1 || data.rows() % batch != 0) {
            throw new IllegalArgumentException(
                    "data has " + data.rows() + " rows, expected a multiple of the batch, " + batch);
        }
        data.requireShape("data", data.rows(), spikes.columns());
        long rows = (long) options.firstSpikeTime * batch + data.rows();
        if (spikes.rows() != rows) {
            throw new IllegalArgumentException("spikes is [" + spikes.rows() + " x " + spikes.columns()
                    + "], expected [" + rows + " x " + data.columns() + "]");
        }
        return clearBefore(data, batch, spikes);
    }

    private int clearBefore(FloatMatrix data, int batch, SpikeMatrix spikes) {
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        float largest = Extremes.max(data);
        requireNumbers(data, largest);
        if (largest * options.gain + options.offset > LARGE && !WARNED.getAndSet(true)) {
            warn(largest);
        }
        int firstRow = options.firstSpikeTime * batch;
        if (firstRow > 0) {
            spikes.clear(0, firstRow);
        }
        return firstRow;
    }

    private void warn(float largest) {
        System.getLogger("dev.spikelane")
                .log(
                        System.Logger.Level.WARNING,
                        "Spikelane: data for " + this + " reach " + largest
                                + ", where 1 is a spike in every step: pixels"
                                + " of 0 to 255 need a gain of 1 / 255f, or Dataset.scaled(1 / 255f, 0)");
    }

    private static void requireNumbers(FloatMatrix data, float largest) {
        if (!Float.isNaN(largest)) {
            return;
        }
        int row = 0;
        while (!Float.isNaN(Extremes.max(data.rows(row, 1)))) {
            row++;
        }
        throw new IllegalArgumentException("data has a NaN in row " + row + ", expected numbers");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rate that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "Rate");
    }
}
