package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import java.lang.foreign.Arena;

/**
 * The statistics of batches by {@link BatchNormStep}: a row for each step, a column for each channel. Rounded to
 * float32, as torch keeps them for the way back.
 *
 * @param mean the means
 * @param inverse {@code 1 / sqrt(variance + epsilon)} of the variances divided by the number of values
 * @param variance the variances divided by one less than that, as running values take them; 0 of a single value
 */
public record BatchStatistics(FloatMatrix mean, FloatMatrix inverse, FloatMatrix variance) {

    /**
     * Makes room.
     *
     * @param arena the arena that owns it
     * @param steps rows, at least 1
     * @param channels columns, at least 1
     * @return statistics of zero
     */
    public static BatchStatistics zeros(Arena arena, int steps, int channels) {
        return new BatchStatistics(
                FloatMatrix.zeros(arena, steps, channels),
                FloatMatrix.zeros(arena, steps, channels),
                FloatMatrix.zeros(arena, steps, channels));
    }

    /**
     * Makes the inverses of a row from its variances, for running values: {@code 1 / sqrt(variance + epsilon)}, in
     * float64, rounded once. In plain loops: this runs once a training step, so that vectors would be boxed until C2
     * compiled it after thousands of them.
     *
     * @param row the row
     * @param epsilon what is added to variances
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
     * @param running a column for each channel
     * @param set the row that is overwritten
     * @param values means or variances, {@code [steps x channels]}
     * @param step the row
     * @param momentum the share of the new value
     */
    public static void follow(FloatMatrix running, int set, FloatMatrix values, int step, double momentum) {
        for (int i = 0; i < running.columns(); i++) {
            double moved = momentum * Elements.get(values, step, i) + (1 - momentum) * Elements.get(running, set, i);
            Elements.set(running, set, i, (float) moved);
        }
    }
}
