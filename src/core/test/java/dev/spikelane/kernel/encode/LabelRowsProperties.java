package dev.spikelane.kernel.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The small kernels of labels: {@link LabelRows}, {@link OneHotInverse} and {@link Extremes}. */
@EveryWidth
final class LabelRowsProperties extends KernelCase {

    @Property(tries = 200)
    void labelsStandOutOfTheirRows(@Size int classes, @UpTo(4) int samples, @ZeroTo(2) int first, @ForAll long seed) {
        Random random = new Random(seed);
        int[] labels = random.ints(samples, 0, classes).toArray();
        FloatMatrix expected = Matrices.uniform(arena, first + samples + 1, classes, random);
        FloatMatrix rows = FloatMatrix.zeros(arena, expected.rows(), classes);
        rows.copyFrom(expected);
        for (int sample = 0; sample < samples; sample++) {
            for (int column = 0; column < classes; column++) {
                expected.set(first + sample, column, column == labels[sample] ? 2 : -0.5f);
            }
        }
        LabelRows.write(labels, 2, -0.5f, rows, first);
        assertSameBits(expected, rows, "rows");
    }

    @Property(tries = 200)
    void inverseSwapsZeros(@Size int columns, @UpTo(3) int rows, @ForAll long seed) {
        FloatMatrix values = values(rows, columns, new Random(seed));
        FloatMatrix expected =
                fill(FloatMatrix.zeros(arena, rows, columns), (row, column) -> values.get(row, column) == 0 ? 1 : 0);
        OneHotInverse.invert(values, values);
        assertSameBits(expected, values, "in place");
    }

    @Property(tries = 200)
    void extremesAreThoseOfTheElementsAlone(
            @Size int columns,
            @UpTo(3) int rows,
            @ForAll boolean positive,
            @ForAll boolean numbers,
            @ForAll long seed) {
        FloatMatrix values = values(rows, columns, new Random(seed));
        float smallest = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                float value = values.get(row, column);
                if (numbers && Float.isNaN(value)) {
                    value = 1;
                }
                values.set(row, column, positive ? Math.abs(value) + 1 : -Math.abs(value) - 1);
                smallest = Math.min(smallest, values.get(row, column));
                largest = Math.max(largest, values.get(row, column));
            }
        }
        assertEquals(smallest, Extremes.min(values));
        assertEquals(largest, Extremes.max(values));
        assertEquals(largest, Extremes.scalar(values, 1));
        assertEquals(smallest, -Extremes.scalar(values, -1));
    }

    private FloatMatrix values(int rows, int columns, Random random) {
        float[] special = {0, 0, -0.0f, 1, 1, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 0.3f, 7, 8, 9, 2};
        return fill(FloatMatrix.zeros(arena, rows, columns), (row, column) -> special[random.nextInt(special.length)]);
    }

    @Example
    void refusesLabelsThatAreNoClass() {
        FloatMatrix rows = FloatMatrix.zeros(arena, 2, 5);
        String message = "label 1 is 5, expected a class of [0, 5)";
        assertInvalid(message, () -> LabelRows.write(new int[] {0, 5}, 1, 0, rows, 0));
        assertInvalid("label 0 is -1, expected a class of [0, 5)", () -> LabelRows.requireClasses(new int[] {-1}, 5));
        assertInvalid(
                "row range is [1, 3), expected a part of [0, 2)",
                () -> LabelRows.write(new int[] {0, 4}, 1, 0, rows, 1));
        assertEquals(0, Extremes.max(rows));
    }
}
