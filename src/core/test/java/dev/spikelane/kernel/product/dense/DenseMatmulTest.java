package dev.spikelane.kernel.product.dense;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

@EveryWidth
final class DenseMatmulTest {

    private final Arena arena = Arena.ofAuto();
    private final FloatMatrix workspace = DenseMatmul.workspace(arena);

    @Test
    void infiniteRowLeavesThePadsZero() {
        FloatMatrix a = FloatMatrix.vector(arena, Float.POSITIVE_INFINITY, 1);
        FloatMatrix b = FloatMatrix.copyOf(arena, 2, 3, new float[] {1, 0, -1, 2, 2, 2});
        FloatMatrix c = FloatMatrix.zeros(arena, 1, 3);
        DenseMatmul.multiply(a, false, b, false, c, workspace);
        float[][] expected = {{Float.POSITIVE_INFINITY, Float.NaN, Float.NEGATIVE_INFINITY}};
        DenseCase.assertSameBits(expected, c, "row");
    }

    @Test
    void squareOfAMatrixReadsItTwice() {
        FloatMatrix a = FloatMatrix.copyOf(arena, 2, 2, new float[] {1, 2, 3, 4});
        FloatMatrix c = FloatMatrix.zeros(arena, 2, 2);
        DenseMatmul.multiply(a, false, a, true, c, workspace);
        DenseCase.assertSameBits(new float[][] {{5, 11}, {11, 25}}, c, "a * a^T");
    }

    @Test
    void refusesOtherShapes() {
        FloatMatrix a = FloatMatrix.zeros(arena, 3, 4);
        FloatMatrix b = FloatMatrix.zeros(arena, 4, 5);
        FloatMatrix c = FloatMatrix.zeros(arena, 3, 5);
        assertInvalid("b is [4 x 5], expected [5 x 4]", () -> general(a, false, b, true, c));
        assertInvalid("a is [3 x 4], expected [3 x 3]", () -> general(a, true, b, false, c));
        assertInvalid(
                "a is [3 x 4], expected [2 x 4]", () -> general(a, false, b, false, FloatMatrix.zeros(arena, 2, 5)));
        assertInvalid(
                "workspace is [1 x 1], expected [5128 x 64]",
                () -> DenseMatmul.multiply(a, false, b, false, c, FloatMatrix.zeros(arena, 1, 1)));
    }

    @Test
    void refusesAResultThatSharesMemory() {
        FloatMatrix square = FloatMatrix.zeros(arena, 4, 4);
        FloatMatrix other = FloatMatrix.zeros(arena, 4, 4);
        assertInvalid(
                "c shares memory with a, expected memory of its own",
                () -> general(square, false, other, false, square));
        assertInvalid(
                "c shares memory with b, expected memory of its own",
                () -> general(other, false, square, false, square));
        FloatMatrix both = FloatMatrix.zeros(arena, 5, 4);
        PackedWeights weights = PackedWeights.pack(arena, other);
        assertInvalid(
                "current shares memory with input, expected memory of its own",
                () -> DenseMatmul.multiply(both.rows(0, 3), 3, weights, Tile.whole(both.rows(2, 3))));
        DenseMatmul.multiply(both.rows(0, 2), 2, weights, Tile.whole(both.rows(2, 2)));
    }

    @Test
    void refusesOtherRowsAndBlocks() {
        PackedWeights weights = PackedWeights.pack(arena, FloatMatrix.zeros(arena, 100, 4));
        FloatMatrix input = FloatMatrix.zeros(arena, 3, 4);
        FloatMatrix current = FloatMatrix.zeros(arena, 3, 100);
        assertInvalid(
                "input has 3 rows, expected at least 4 and at least 1 in use",
                () -> DenseMatmul.multiply(
                        input, 4, weights, Tile.whole(current).at(0, 2)));
        assertInvalid(
                "block range is [1, 3), expected a part of [0, 2)",
                () -> DenseMatmul.multiply(
                        input, 3, weights, Tile.whole(current).at(1, 3)));
        assertInvalid(
                "current is [3 x 4], expected [3 x 100]",
                () -> DenseMatmul.multiply(input, input.rows(), weights, Tile.whole(input)));
        assertInvalid(
                "current is a tile of 4 columns, expected one of 100",
                () -> DenseMatmul.multiply(input, 3, weights, Tile.of(FloatMatrix.zeros(arena, 3, 64), 4)));
        assertInvalid(
                "input is [3 x 100], expected [3 x 4]",
                () -> DenseMatmul.multiply(
                        current, 3, weights, Tile.whole(current).at(0, 2)));
    }

    @Test
    void refusesAClosedArena() {
        FloatMatrix input;
        try (Arena closed = Arena.ofShared()) {
            input = FloatMatrix.zeros(closed, 3, 4);
        }
        PackedWeights weights = PackedWeights.pack(arena, FloatMatrix.zeros(arena, 5, 4));
        FloatMatrix current = FloatMatrix.zeros(arena, 3, 5);
        assertThrows(
                IllegalStateException.class,
                () -> DenseMatmul.multiply(input, input.rows(), weights, Tile.whole(current)));
    }

    private void general(FloatMatrix a, boolean transposeA, FloatMatrix b, boolean transposeB, FloatMatrix c) {
        DenseMatmul.multiply(a, transposeA, b, transposeB, c, workspace);
    }
}
