package dev.spikelane.kernel.product;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;

/**
 * Bit planes of whole numbers: an input fires in plane {@code p} if bit {@code p} of its value is set.
 *
 * <p>Values are cut to their whole part and limited to the range from 0 to {@code greatest}; NaN is 0.
 */
public final class BitPlanes {

    private BitPlanes() {}

    /** Returns the number of bits that hold values up to the greatest one. */
    public static int count(int greatest) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(greatest);
    }

    /**
     * Writes one plane of some rows.
     *
     * @param values {@code [at least first + rows x inputs]}
     * @param first the first row of the values
     * @param plane the bit, 0 for ones, 1 for twos
     * @param greatest the greatest value
     * @param spikes {@code [at least rows x inputs]}; the first {@code rows} rows are overwritten
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

    /** The specification: a bit is set if an odd number of multiples of {@code unit} are at most the value. */
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
