package dev.spikelane.kernel.norm;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

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

    /** Of the first position. */
    private static final Elementwise FOLD = Elementwise.of(MethodHandles.lookup(), """
            state factor, term
            input weight, bias, mean, inverse
            factor = weight * inverse
            term = fma(-mean, factor, bias)
            spike 0 > 1
            """);

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
}
