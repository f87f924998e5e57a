package dev.spikelane.kernel.code;

import dev.spikelane.kernel.base.BernoulliRow;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.SampleDraws;

/**
 * Draws spikes that fire with given probabilities (rate coding).
 *
 * <p>{@code spike[step][sample][neuron] = uniform(seed, step, sample, neuron) < data * gain + offset}, the product and the sum rounded
 * to float32 one after the other, the uniform number from {@link CounterRandom}. A probability of 0 or less never fires, one of 1 or more
 * always does. Spikes are a pure function of the arguments: they depend neither on the number of threads nor on how a batch or a run is
 * cut into calls.
 */
public final class BernoulliSpikes {

    private BernoulliSpikes() {}

    /**
     * Draws the spikes of all rows from {@code firstRow} on; the step of row r is {@code firstStep + r / batch}.
     *
     * @param seed the seed of the run
     * @param firstStep the number of the step of row 0
     * @param firstSample the number of the first sample of a step
     * @param batch samples in a step
     * @param data {@code [batch x neurons]}, the same at all steps, or {@code [rows - firstRow x neurons]}, time-major; NaN never fires
     * @param gain factor on the data
     * @param offset added to the scaled data
     * @param spikes {@code [rows x neurons]}, time-major, overwritten from {@code firstRow} on
     * @param firstRow the first row drawn, the start of a step
     * @throws IllegalArgumentException if a shape does not fit, or rows are not whole steps
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void draw(
            long seed,
            int firstStep,
            int firstSample,
            int batch,
            FloatMatrix data,
            float gain,
            float offset,
            SpikeMatrix spikes,
            int firstRow) {
        Checks.range("batch", 0, batch, spikes.rows());
        Checks.range("row", firstRow, spikes.rows(), spikes.rows());
        Checks.wholeSteps(spikes.rows(), batch);
        Checks.wholeSteps(firstRow, batch);
        boolean constant = data.rows() == batch;
        data.requireShape("data", constant ? batch : spikes.rows() - firstRow, spikes.columns());
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        for (int row = firstRow; row < spikes.rows(); row++) {
            long key = CounterRandom.rowKey(seed, firstStep + row / batch, firstSample + row % batch);
            int dataRow = constant ? row % batch : row - firstRow;
            BernoulliRow.row(key, data, dataRow, gain, offset, spikes, row, 0, spikes.stride());
        }
    }

    /**
     * Draws the spikes of a batch of samples, each from a stream of its own, of all rows from {@code firstRow} on; the step of row r is {@code r /
     * batch}.
     *
     * @param draws the random streams of the samples
     * @param data {@code [batch x neurons]}, the same at all steps; NaN never fires
     * @param gain factor on the data
     * @param offset added to the scaled data
     * @param spikes {@code [rows x neurons]}, time-major, overwritten from {@code firstRow} on
     * @param firstRow the first row drawn, the start of a step
     * @throws IllegalArgumentException if a shape does not fit, or rows are not whole steps
     * @throws IndexOutOfBoundsException if there are fewer random streams than samples
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void draw(
            SampleDraws draws, FloatMatrix data, float gain, float offset, SpikeMatrix spikes, int firstRow) {
        int batch = data.rows();
        Checks.range("row", firstRow, spikes.rows(), spikes.rows());
        Checks.wholeSteps(spikes.rows(), batch);
        Checks.wholeSteps(firstRow, batch);
        data.requireShape("data", batch, spikes.columns());
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        for (int row = firstRow; row < spikes.rows(); row++) {
            long key = draws.rowKey(row / batch, row % batch);
            BernoulliRow.row(key, data, row % batch, gain, offset, spikes, row, 0, spikes.stride());
        }
    }
}
