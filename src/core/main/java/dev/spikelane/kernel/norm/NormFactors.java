package dev.spikelane.kernel.norm;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/**
 * The factor and term of a batch norm for each column of a row: {@code factor = weight * inverse} and
 * {@code term = bias - mean * factor}, fused. They are the same at all positions of a channel.
 *
 * @param statistics one row for each step
 * @param weights one row for all steps or for each, one column for each channel
 * @param bias of the same shape
 * @param factors {@code [rows x positions * channels]}
 * @param terms of the same shape
 */
public record NormFactors(
        BatchStatistics statistics, FloatMatrix weights, FloatMatrix bias, FloatMatrix factors, FloatMatrix terms) {

    private static final Elementwise FOLD = Elementwise.of(MethodHandles.lookup(), """
            state factor, term
            input weight, bias, mean, inverse
            factor = weight * inverse
            term = fma(-mean, factor, bias)
            spike 0 > 1
            """);

    /**
     * Creates factors and terms of zero.
     *
     * @param rows the number of rows at a time
     * @param positions the positions of a channel in a row
     * @param statistics one row for each step
     * @param weights one row for all steps, or for each
     * @param bias of the same shape
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
     * Computes the factors and terms of a row.
     *
     * @param row the row
     * @param step the row of the statistics
     * @param set the row of the weights
     */
    public void fold(int row, int step, int set) {
        int channels = weights.columns();
        Frame frame = FOLD.frame();
        frame.put("weight", weights, set);
        frame.put("bias", bias, set);
        frame.put("mean", statistics.mean(), step);
        frame.put("inverse", statistics.inverse(), step);
        frame.put("factor", factors, row);
        frame.put("term", terms, row);
        frame.words = Math.ceilDiv(channels, Long.SIZE);
        FOLD.run(frame, 1);
        repeat(factors, row, channels);
        repeat(terms, row, channels);
    }

    static void repeat(FloatMatrix matrix, int row, int channels) {
        MemorySegment segment = matrix.segment();
        long start = matrix.rowOffset(row);
        long all = (long) matrix.columns() * Float.BYTES;
        long done = (long) channels * Float.BYTES;
        while (done < all) {
            long next = Math.min(done, all - done);
            MemorySegment.copy(segment, start, segment, start + done, next);
            done += next;
        }
    }
}
