package dev.spikelane.memory;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class FloatMatrixProperties extends KernelCase {

    @Property
    void rowsAreAlignedAndPadded(@UpTo(9) int rows, @UpTo(300) int columns) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, columns);
        assertEquals(rows, matrix.rows());
        assertEquals(columns, matrix.columns());
        assertEquals((columns + 63) / 64 * 64, matrix.stride());
        assertEquals(0, matrix.segment().address() % 64);
        assertEquals(
                (long) rows * matrix.stride() * Float.BYTES, matrix.segment().byteSize());
        for (int row = 0; row < rows; row++) {
            assertEquals((long) row * matrix.stride() * Float.BYTES, matrix.rowOffset(row));
        }
        assertArrayEquals(new float[rows * columns], matrix.toArray());
        assertZeroPads(matrix, "zeros");
    }

    @Property
    void keepsWhatIsWritten(@UpTo(9) int rows, @UpTo(200) int columns, @ForAll long seed) {
        float[] values = values(rows * columns, seed);
        FloatMatrix copy = FloatMatrix.copyOf(arena, rows, columns, values);
        assertArrayEquals(values, copy.toArray());
        assertZeroPads(copy, "copyOf");

        FloatMatrix written = fill(FloatMatrix.zeros(arena, rows, columns), (row, column) -> copy.get(row, column));
        assertArrayEquals(values, written.toArray());
        assertSameBits(copy, written, "set");

        FloatMatrix third = FloatMatrix.zeros(arena, rows, columns);
        third.copyFrom(written);
        assertSameBits(copy, third, "copyFrom");

        third.fill(values[0]);
        assertEquals(values[0], third.get(rows - 1, columns - 1));
        assertZeroPads(third, "fill");
        third.fill(0);
        assertArrayEquals(new float[rows * columns], third.toArray());
    }

    @Property
    void viewsShareTheirRowsAndNoOthers(@UpTo(9) int rows, @UpTo(200) int columns, @ForAll long seed) {
        Random random = new Random(seed);
        int first = random.nextInt(rows);
        int count = 1 + random.nextInt(rows - first);
        FloatMatrix matrix = FloatMatrix.copyOf(arena, rows, columns, values(rows * columns, seed));
        float[] before = matrix.toArray();

        FloatMatrix view = matrix.rows(first, count);
        assertEquals(count, view.rows());
        assertEquals(columns, view.columns());
        for (int row = 0; row < count; row++) {
            assertEquals(matrix.get(first + row, columns - 1), view.get(row, columns - 1));
        }
        view.fill(42);
        float[] after = matrix.toArray();
        for (int i = 0; i < after.length; i++) {
            boolean inView = i / columns >= first && i / columns < first + count;
            assertEquals(inView ? 42 : before[i], after[i]);
        }
        matrix.set(first, 0, -3);
        assertEquals(-3, view.get(0, 0));
        assertZeroPads(matrix, "view");
    }

    /** Values of all kinds, including NaN and signed zeros. */
    private static float[] values(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (random.nextInt(6)) {
                case 0 -> -0.0f;
                case 1 -> Float.NaN;
                case 2 -> Float.NEGATIVE_INFINITY;
                default -> random.nextFloat() - 0.5f;
            };
        }
        return values;
    }
}
