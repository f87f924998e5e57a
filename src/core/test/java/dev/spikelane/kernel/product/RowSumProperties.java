package dev.spikelane.kernel.product;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class RowSumProperties extends KernelCase {

    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE, 1e38f};

    /** In whole matrices and in tiles; other rows and blocks unchanged. */
    @ComparesVectors
    @Property(tries = 100)
    void vectorsGiveTheBitsOfTheSpecification(
            @Size int columns,
            @UpTo(4) int rows,
            @ForAll boolean wholeInto,
            @ForAll boolean wholeFrom,
            @ForAll long seed) {
        Random random = new Random(seed);
        int blocks = Math.ceilDiv(columns, FloatMatrix.ROW_MULTIPLE);
        int first = random.nextInt(blocks);
        int end = first + 1 + random.nextInt(blocks - first);
        FloatMatrix values = special(arena, rows + 1, columns, random);
        FloatMatrix more = special(arena, rows + 1, columns, random);
        Tile expected = tile(arena, values, wholeInto, first, end);
        Tile actual = tile(arena, values, wholeInto, first, end);
        Tile from = tile(arena, more, wholeFrom, first, end);
        int count = Math.min(end * FloatMatrix.ROW_MULTIPLE, columns) - first * FloatMatrix.ROW_MULTIPLE;
        for (int row = 0; row < rows; row++) {
            int into = expected.firstColumn() - expected.origin();
            RowSum.scalar(expected.matrix(), from.matrix(), row, into, from.firstColumn() - from.origin(), count);
        }
        RowSum.add(actual, from, rows);
        assertSameBits(expected.matrix(), actual.matrix(), "sums");
        Matrices.assertZeroPads(actual.matrix(), "sums");
    }

    /** Returns some blocks, in the matrix or in a copy of only these blocks. */
    private static Tile tile(Arena arena, FloatMatrix of, boolean whole, int first, int end) {
        int origin = whole ? 0 : first * FloatMatrix.ROW_MULTIPLE;
        int columns = Math.min(of.columns(), whole ? of.columns() : end * FloatMatrix.ROW_MULTIPLE) - origin;
        FloatMatrix copy =
                FloatMatrix.zeros(arena, of.rows(), whole ? columns : (end - first) * FloatMatrix.ROW_MULTIPLE);
        for (int row = 0; row < of.rows(); row++) {
            for (int column = 0; column < columns; column++) {
                copy.set(row, column, of.get(row, origin + column));
            }
        }
        return (whole ? Tile.whole(copy) : Tile.of(copy, of.columns())).at(first, end);
    }

    private static FloatMatrix special(Arena arena, int rows, int columns, Random random) {
        FloatMatrix values = Matrices.uniform(arena, rows, columns, random);
        for (int i = 0; i < rows * columns; i += 1 + random.nextInt(9)) {
            values.set(i / columns, i % columns, SPECIAL[random.nextInt(SPECIAL.length)]);
        }
        return values;
    }
}
