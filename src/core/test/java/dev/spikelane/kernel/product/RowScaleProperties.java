package dev.spikelane.kernel.product;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class RowScaleProperties extends KernelCase {

    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE, 1e38f};

    /** In whole matrices and in tiles with old values; zeros after the last column, other rows and blocks unchanged. */
    @Property(tries = 200)
    void vectorsGiveTheBitsOfTheSpecification(
            @Size int columns, @Density double density, @UpTo(4) int rows, @ForAll boolean whole, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix values = special(rows + 1, columns, random);
        FloatMatrix weights =
                random.nextBoolean() ? Matrices.uniform(arena, 1, columns, random) : special(1, columns, random);
        SpikeMatrix spikes = Matrices.spikes(arena, rows + 1, columns, density, random);
        int blocks = Math.ceilDiv(columns, 64);
        int first = random.nextInt(blocks);
        int end = first + 1 + random.nextInt(blocks - first);
        Tile expected = tile(whole, rows + 1, columns, end - first).at(first, end);
        Tile actual = tile(whole, rows + 1, columns, end - first).at(first, end);
        for (int row = 0; row < rows; row++) {
            scale(values, 0, weights, expected, row);
        }
        RowScale.multiply(values, weights, actual, rows);
        assertSameBits(expected.matrix(), actual.matrix(), "values");
        for (int row = 0; row < rows; row++) {
            scale(expected.matrix(), expected.origin(), weights, expected, row);
        }
        RowScale.multiply(weights, actual, rows);
        assertSameBits(expected.matrix(), actual.matrix(), "where they stand");
        for (int row = 0; row < rows; row++) {
            RowScale.scalar(spikes, weights, expected, row);
        }
        RowScale.multiply(spikes, weights, actual, rows);
        assertSameBits(expected.matrix(), actual.matrix(), "spikes");
        if (whole) {
            Matrices.assertZeroPads(actual.matrix(), "current");
        }
    }

    private static void scale(FloatMatrix values, int origin, FloatMatrix weights, Tile into, int row) {
        for (int i = into.firstColumn();
                i < Math.min(into.endBlock() * 64, into.origin() + into.matrix().columns());
                i++) {
            float value = i < into.columns() ? values.get(row, i - origin) : 0;
            float weight = i < into.columns() ? ZeroInputs.weight(value, weights.get(0, i)) : 0;
            into.matrix().set(row, i - into.origin(), weight * value);
        }
    }

    private Tile tile(boolean whole, int rows, int columns, int blocks) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, whole ? columns : 64 * blocks);
        matrix.fill(99);
        return whole ? Tile.whole(matrix) : Tile.of(matrix, columns);
    }

    private FloatMatrix special(int rows, int columns, Random random) {
        FloatMatrix values = Matrices.uniform(arena, rows, columns, random);
        for (int i = 0; i < rows * columns; i += 1 + random.nextInt(9)) {
            values.set(i / columns, i % columns, SPECIAL[random.nextInt(SPECIAL.length)]);
        }
        return values;
    }

    @Example
    void zerosStayZeroWhateverTheirWeight() {
        FloatMatrix weights = FloatMatrix.vector(arena, Float.NaN, Float.NEGATIVE_INFINITY, -3, Float.NaN, 2);
        FloatMatrix current = FloatMatrix.zeros(arena, 1, 5);
        RowScale.multiply(FloatMatrix.vector(arena, 0, -0.0f, 0, 1, Float.NaN), weights, Tile.whole(current), 1);
        Matrices.assertSameBits(new float[][] {{0, -0.0f, -0.0f, Float.NaN, Float.NaN}}, current, "products");
        RowScale.multiply(weights, Tile.whole(current), 1);
        Matrices.assertSameBits(new float[][] {{0, -0.0f, 0, Float.NaN, Float.NaN}}, current, "where they stand");
    }

    @Example
    void weighsWhatThereIs() {
        FloatMatrix weights = FloatMatrix.vector(arena, 2, -3, 4);
        FloatMatrix current = FloatMatrix.zeros(arena, 1, 3);
        RowScale.multiply(FloatMatrix.vector(arena, 1, 2, 3), weights, Tile.whole(current), 1);
        assertEquals(-6, current.get(0, 1));
        RowScale.multiply(weights, Tile.whole(current), 1);
        assertEquals(48, current.get(0, 2));
        RowScale.multiply(SpikeMatrix.copyOf(arena, 1, 3, new byte[] {1, 0, 1}), weights, Tile.whole(current), 1);
        assertEquals(2, current.get(0, 0));
        assertEquals(0, current.get(0, 1));
        assertInvalid(
                "current shares memory with values, expected memory of its own",
                () -> RowScale.multiply(current, weights, Tile.whole(current), 1));
        assertInvalid(
                "values has 1 rows, expected at least 2 and at least 1 in use",
                () -> RowScale.multiply(weights, weights, Tile.whole(current), 2));
    }
}
