package dev.spikelane.kernel.product;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;

/**
 * Bits of whole numbers: an input fires in plane {@code p} where an odd number of the multiples of {@code 2^p} from
 * {@code 2^p} to the greatest number are at most its value. Of another value that is its whole part in that range; NaN
 * is 0.
 */
public final class BitPlanes {

    private BitPlanes() {}

    /**
     * Returns how many bits numbers have.
     *
     * @param greatest of them, at least 1
     * @return planes
     */
    public static int count(int greatest) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(greatest);
    }

    /**
     * Writes a plane of some rows.
     *
     * @param values {@code [at least first + rows x inputs]}
     * @param first the first row
     * @param rows how many
     * @param plane 0 for ones, 1 for twos
     * @param greatest of the numbers
     * @param spikes {@code [at least rows x inputs]}, of which the first rows are overwritten
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public static void copy(FloatMatrix values, int first, int rows, int plane, int greatest, SpikeMatrix spikes) {
        Checks.range("row", first, first + rows, values.rows());
        Checks.range("row", 0, rows, spikes.rows());
        spikes.requireShape("spikes", spikes.rows(), values.columns());
        for (int row = 0; row < rows; row++) {
            if (SimdWidth.VECTOR) {
                BitPlanesVector.copy(values, first + row, 1 << plane, greatest, spikes, row);
            } else {
                scalar(values, first + row, 1 << plane, greatest, spikes, row);
            }
        }
    }

    /** The specification. */
    static void scalar(FloatMatrix values, int row, int unit, int greatest, SpikeMatrix spikes, int to) {
        for (int word = 0; word < spikes.stride(); word++) {
            long bits = 0;
            for (int i = 0; i < Long.SIZE && word * Long.SIZE + i < values.columns(); i++) {
                float value = Elements.get(values, row, word * Long.SIZE + i);
                for (int number = unit; number <= greatest; number += unit) {
                    bits ^= value >= number ? 1L << i : 0;
                }
            }
            spikes.segment().set(JAVA_LONG, spikes.rowOffset(to) + (long) word * Long.BYTES, bits);
        }
    }
}
