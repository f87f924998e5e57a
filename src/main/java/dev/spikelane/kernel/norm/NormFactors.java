package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.FusedMultiplyAdd;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a batch norm multiplies each column of a row by, and what it adds: {@code factor = weight * inverse}, and
 * {@code term = bias - mean * factor}, fused; the same at all positions of a channel.
 *
 * @param statistics a row for each step
 * @param weights a row for all steps, or for each, of a column for each channel
 * @param bias of the same shape
 * @param factors {@code [rows x positions * channels]}
 * @param terms of the same shape
 */
public record NormFactors(
        BatchStatistics statistics, FloatMatrix weights, FloatMatrix bias, FloatMatrix factors, FloatMatrix terms) {

    /**
     * Makes room.
     *
     * @param arena the arena that owns it
     * @param rows rows that are there at a time
     * @param positions positions of a channel in a row
     * @param statistics a row for each step
     * @param weights a row for all steps, or for each
     * @param bias of the same shape
     * @return factors and terms of zero
     */
    public static NormFactors zeros(
            Arena arena, int rows, int positions, BatchStatistics statistics, FloatMatrix weights, FloatMatrix bias) {
        int channels = statistics.mean().columns();
        weights.requireShape("weights", weights.rows(), channels);
        bias.requireShape("bias", weights.rows(), channels);
        int columns = Math.multiplyExact(positions, channels);
        return new NormFactors(
                statistics,
                weights,
                bias,
                FloatMatrix.zeros(arena, rows, columns),
                FloatMatrix.zeros(arena, rows, columns));
    }

    /**
     * Makes the factors and terms of a row.
     *
     * @param row the row
     * @param step the row of the statistics
     * @param set the row of the weights
     */
    public void fold(int row, int step, int set) {
        int channels = weights.columns();
        if (SimdWidth.VECTOR && channels >= BatchNormStepVector.FLOATS) {
            BatchNormStepVector.fold(this, row, step, set);
        } else {
            scalar(row, step, set);
        }
        repeat(factors, row, channels);
        repeat(terms, row, channels);
    }

    /** Gives all positions of a row what the first one has. */
    static void repeat(FloatMatrix of, int row, int channels) {
        MemorySegment segment = of.segment();
        long start = of.rowOffset(row);
        long all = (long) of.columns() * Float.BYTES;
        long done = (long) channels * Float.BYTES;
        while (done < all) {
            long next = Math.min(done, all - done);
            MemorySegment.copy(segment, start, segment, start + done, next);
            done += next;
        }
    }

    /** The specification, of the first position. */
    void scalar(int row, int step, int set) {
        for (int channel = 0; channel < weights.columns(); channel++) {
            float factor = Elements.get(weights, set, channel) * Elements.get(statistics.inverse(), step, channel);
            float mean = Elements.get(statistics.mean(), step, channel);
            Elements.set(factors, row, channel, factor);
            Elements.set(terms, row, channel, FusedMultiplyAdd.of(-mean, factor, Elements.get(bias, set, channel)));
        }
    }
}
