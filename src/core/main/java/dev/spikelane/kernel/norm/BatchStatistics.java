package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import java.lang.foreign.Arena;

/**
 * The statistics of batches by {@link BatchNormStep}: one row for each step, one column for each channel. Rounded to
 * float32, as torch keeps them for the backward pass.
 *
 * @param mean the means
 * @param inverse {@code 1 / sqrt(variance + epsilon)}, with variances divided by the number of values n
 * @param variance the variances divided by n - 1, for running values; 0 for a single value
 */
public record BatchStatistics(FloatMatrix mean, FloatMatrix inverse, FloatMatrix variance) {

    /**
     * Creates statistics of zero.
     *
     * @param steps the number of rows, at least 1
     * @param channels the number of columns, at least 1
     */
    public static BatchStatistics zeros(Arena arena, int steps, int channels) {
        return new BatchStatistics(
                FloatMatrix.zeros(arena, steps, channels),
                FloatMatrix.zeros(arena, steps, channels),
                FloatMatrix.zeros(arena, steps, channels));
    }

    /**
     * Computes the inverses of a row from its variances, for running values: {@code 1 / sqrt(variance + epsilon)}, in
     * float64, rounded once. Plain loops, because this runs once a training step: vectors would be boxed for thousands
     * of steps, until C2 compiles it.
     *
     * @param row the row
     * @param epsilon the number to add to variances
     */
    public void invert(int row, double epsilon) {
        for (int i = 0; i < variance.columns(); i++) {
            double deviation = Math.sqrt((double) Elements.get(variance, row, i) + epsilon);
            Elements.set(inverse, row, i, (float) (1 / deviation));
        }
    }

    /**
     * Moves a running value towards the values of a step, in float64, rounded once:
     * {@code running = momentum * value + (1 - momentum) * running}.
     *
     * @param running one column for each channel
     * @param set the row to overwrite
     * @param values means or variances, {@code [steps x channels]}
     * @param step the row
     * @param momentum the fraction of the new value
     */
    public static void follow(FloatMatrix running, int set, FloatMatrix values, int step, double momentum) {
        for (int i = 0; i < running.columns(); i++) {
            double moved = momentum * Elements.get(values, step, i) + (1 - momentum) * Elements.get(running, set, i);
            Elements.set(running, set, i, (float) moved);
        }
    }
}
