package dev.spikelane.kernel.optimize;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;

/**
 * Norms and limits of float32 memory.
 *
 * <p>The sum of squares has one order for any vector width: memory is cut into blocks of {@value #BLOCK} floats. A
 * block has {@value #LANES} sums in float32, each of every 16th float, ascending. They are added in float64, lanes and
 * then blocks ascending.
 */
public final class ClipStep {

    static final int LANES = 16;
    static final int BLOCK = 1024;

    private final float[] lanes = new float[LANES];

    /** Creates a step with its scratch memory, for one thread at a time. */
    public ClipStep() {}

    /**
     * Adds up squares.
     *
     * @return the sum; NaN if a value is
     * @throws IllegalArgumentException if the memory is not whole floats
     */
    public double sumOfSquares(MemorySegment values) {
        long floats = Ranges.floats("values", values);
        double sum = 0;
        for (long at = 0; at < floats; at += BLOCK) {
            int count = (int) Math.min(BLOCK, floats - at);
            if (SimdWidth.VECTOR && count == BLOCK) {
                ClipStepVector.squares(values, at, lanes);
            } else {
                scalarSquares(values, at, count, lanes);
            }
            for (float lane : lanes) {
                sum += lane;
            }
        }
        return sum;
    }

    /**
     * Returns the largest magnitude; NaN if a value is.
     *
     * @throws IllegalArgumentException if the memory is not whole floats
     */
    public static float largest(MemorySegment values) {
        long floats = Ranges.floats("values", values);
        long from = SimdWidth.VECTOR ? ClipStepVector.vectors(floats) : 0;
        float largest = from == 0 ? 0 : ClipStepVector.largest(values, from);
        for (long i = from; i < floats; i++) {
            largest = Math.max(largest, Math.abs(values.getAtIndex(JAVA_FLOAT, i)));
        }
        return largest;
    }

    /**
     * Multiplies all values.
     *
     * @throws IllegalArgumentException if the memory is not whole floats
     */
    public static void multiply(MemorySegment values, float factor) {
        long floats = Ranges.floats("values", values);
        long from = SimdWidth.VECTOR ? ClipStepVector.vectors(floats) : 0;
        if (from != 0) {
            ClipStepVector.multiply(values, from, factor);
        }
        for (long i = from; i < floats; i++) {
            values.setAtIndex(JAVA_FLOAT, i, values.getAtIndex(JAVA_FLOAT, i) * factor);
        }
    }

    /**
     * Limits all values to {@code [-most, most]} and keeps NaN.
     *
     * @throws IllegalArgumentException if the memory is not whole floats
     */
    public static void limit(MemorySegment values, float most) {
        long floats = Ranges.floats("values", values);
        long from = SimdWidth.VECTOR ? ClipStepVector.vectors(floats) : 0;
        if (from != 0) {
            ClipStepVector.limit(values, from, most);
        }
        for (long i = from; i < floats; i++) {
            values.setAtIndex(JAVA_FLOAT, i, Math.min(Math.max(values.getAtIndex(JAVA_FLOAT, i), -most), most));
        }
    }

    /** The specification of the sums of a block. */
    static void scalarSquares(MemorySegment values, long first, int count, float[] lanes) {
        for (int lane = 0; lane < LANES; lane++) {
            float sum = 0;
            for (int i = lane; i < count; i += LANES) {
                float value = values.getAtIndex(JAVA_FLOAT, first + i);
                sum += value * value;
            }
            lanes[lane] = sum;
        }
    }
}
