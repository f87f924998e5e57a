package dev.spikelane.kernel.product.dense;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.FusedMultiplyAdd;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Values for {@link DenseMatmul}, its definition on arrays, and the comparison of bits. */
public final class DenseCase {

    public enum Kind {
        UNIFORM,
        /** Multiples of 1/64, whose products and sums are exact in any order. */
        DYADIC,
        /** NaN, infinities, signed zeros, and numbers near the smallest and the largest. */
        SPECIAL
    }

    private static final float[] SPECIALS = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f, 0.0f, Float.MIN_VALUE, -1e-38f, 3e38f
    };

    private DenseCase() {}

    public static float[][] values(int rows, int columns, Kind kind, Random random) {
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int column = 0; column < columns; column++) {
                row[column] = value(kind, random);
            }
        }
        return values;
    }

    private static float value(Kind kind, Random random) {
        return switch (kind) {
            case UNIFORM -> random.nextFloat() * 2 - 1;
            case DYADIC -> random.nextInt(-64, 65) / 64f;
            case SPECIAL ->
                random.nextInt(16) == 0 ? SPECIALS[random.nextInt(SPECIALS.length)] : random.nextInt(-2, 3) * 0.7f;
        };
    }

    public static FloatMatrix matrix(Arena arena, float[][] values, boolean transpose) {
        int rows = values.length;
        int columns = values[0].length;
        FloatMatrix matrix = FloatMatrix.zeros(arena, transpose ? columns : rows, transpose ? rows : columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                matrix.set(transpose ? column : row, transpose ? row : column, values[row][column]);
            }
        }
        return matrix;
    }

    /** {@link Math#fma}, or its tested equivalent if it is slow. */
    public static float fma(float a, float b, float c) {
        return FusedMultiplyAdd.of(a, b, c);
    }

    /**
     * Returns {@code start + a * b} in the canonical order; a zero of {@code a} adds nothing, even with infinite
     * weights.
     */
    static float[][] product(float[][] a, float[][] b, float[][] start) {
        float[][] c = new float[a.length][b[0].length];
        for (int i = 0; i < c.length; i++) {
            for (int j = 0; j < c[i].length; j++) {
                float sum = start[i][j];
                for (int k = 0; k < b.length; k++) {
                    boolean adds = a[i][k] != 0 || Float.isFinite(b[k][j]);
                    sum = fma(a[i][k], adds ? b[k][j] : 0, sum);
                }
                c[i][j] = sum;
            }
        }
        return c;
    }

    /** Packs weights that are not finite, which training can produce. */
    public static PackedWeights packed(Arena arena, float[][] weights, float[][] bias) {
        PackedWeights packed = PackedWeights.zeros(arena, weights.length, weights[0].length);
        for (int output = 0; output < packed.outputs(); output++) {
            int lane = output % PackedWeights.BLOCK;
            for (int input = 0; input < packed.inputs(); input++) {
                int row = output / PackedWeights.BLOCK * packed.paddedInputs() + input;
                packed.packed().set(row, lane, weights[input][output]);
            }
            packed.bias().set(0, output, bias[0][output]);
        }
        return packed;
    }

    /** Compares bits; all NaNs are equal, and pads must be 0. */
    static void assertSameBits(float[][] expected, FloatMatrix actual, String what) {
        for (int row = 0; row < actual.rows(); row++) {
            for (int column = 0; column < actual.stride(); column++) {
                float found =
                        actual.segment().getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * actual.stride() + column);
                float right = column < actual.columns() ? expected[row][column] : 0;
                if (Float.floatToIntBits(found) != Float.floatToIntBits(right)) {
                    assertEquals(right, found, what + ", row " + row + ", column " + column);
                }
            }
        }
    }
}
