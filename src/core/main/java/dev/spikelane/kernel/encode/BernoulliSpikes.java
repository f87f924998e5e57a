package dev.spikelane.kernel.encode;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.BernoulliRow;
import dev.spikelane.simd.Checks;

/**
 * Draws spikes that fire with given probabilities (rate coding).
 *
 * <p>{@code spike[step][sample][neuron] = uniform(seed, step, sample, neuron) < data * gain + offset}; the product and
 * the sum are each rounded to float32, and the uniform number is from {@link CounterRandom}. A probability of 0 or less
 * never fires, and 1 or more always does. Spikes depend only on the arguments, not on the number of threads or on the
 * way a batch or a run is cut into calls.
 */
public final class BernoulliSpikes {

    private final BernoulliRow probability;

    /**
     * Creates an encoder.
     *
     * @param gain factor on the data
     * @param offset added to the scaled data
     */
    public BernoulliSpikes(float gain, float offset) {
        this.probability = new BernoulliRow(gain, offset);
    }

    /**
     * Draws the spikes of all rows from {@code firstRow} on, for data that are the same at all steps. Row r belongs to
     * step {@code r / batch}.
     *
     * @param seed the seed of the run
     * @param firstSample the number of the first sample of a step
     * @param data {@code [batch x neurons]}; NaN never fires
     * @param spikes {@code [rows x neurons]}, time-major, overwritten from {@code firstRow} on
     * @param firstRow the first row drawn, the start of a step
     * @throws IllegalArgumentException if a shape does not fit, or rows are not whole steps
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void draw(long seed, int firstSample, FloatMatrix data, SpikeMatrix spikes, int firstRow) {
        int batch = data.rows();
        require(batch, data, spikes, firstRow);
        for (int row = firstRow; row < spikes.rows(); row++) {
            int sample = row % batch;
            probability.row(CounterRandom.rowKey(seed, row / batch, firstSample + sample), data, sample, spikes, row);
        }
    }

    /**
     * Draws the spikes of data that change from step to step. Row r belongs to step {@code r / batch}.
     *
     * @param seed the seed of the run
     * @param batch the samples of a step
     * @param data {@code [at most rows x neurons]}, time-major, for the last rows; NaN never fires
     * @param spikes {@code [rows x neurons]}, time-major; rows before the data are unchanged
     * @throws IllegalArgumentException if a shape does not fit, or rows are not whole steps
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void drawVarying(long seed, int batch, FloatMatrix data, SpikeMatrix spikes) {
        int firstRow = spikes.rows() - data.rows();
        require(batch, data, spikes, firstRow);
        for (int row = firstRow; row < spikes.rows(); row++) {
            probability.row(CounterRandom.rowKey(seed, row / batch, row % batch), data, row - firstRow, spikes, row);
        }
    }

    /**
     * Draws the spikes of all rows from {@code firstRow} on, with one random stream for each sample. Row r belongs to
     * step {@code r / batch}.
     *
     * @param draws the random streams of the samples
     * @param data {@code [batch x neurons]}, the same at all steps; NaN never fires
     * @param spikes {@code [rows x neurons]}, time-major, overwritten from {@code firstRow} on
     * @param firstRow the first row drawn, the start of a step
     * @throws IllegalArgumentException if a shape does not fit, or rows are not whole steps
     * @throws IndexOutOfBoundsException if there are fewer random streams than samples
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void draw(CounterRandom.Draws draws, FloatMatrix data, SpikeMatrix spikes, int firstRow) {
        int batch = data.rows();
        require(batch, data, spikes, firstRow);
        for (int row = firstRow; row < spikes.rows(); row++) {
            int sample = row % batch;
            probability.row(draws.rowKey(row / batch, sample), data, sample, spikes, row);
        }
    }

    private static void require(int batch, FloatMatrix data, SpikeMatrix spikes, int firstRow) {
        Checks.range("batch", 0, batch, spikes.rows());
        Checks.range("row", firstRow, spikes.rows(), spikes.rows());
        Checks.wholeSteps(spikes.rows(), batch);
        Checks.wholeSteps(firstRow, batch);
        data.requireShape("data", data.rows(), spikes.columns());
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
    }
}
