package dev.spikelane.memory;

import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Compares both orders with nested loops over channel, y and x. */
final class ShapeProperties extends KernelCase {

    private static final int ROWS = 4;

    @Property
    void indicesFollowTheNestedLoops(@UpTo(9) int channels, @UpTo(9) int height, @UpTo(9) int width) {
        indicesFollow(Shape.of(channels, height, width), insideOfTorch(channels, height, width));
        indicesFollow(Shape.of(channels, width), insideOfTorch(channels, 1, width));
    }

    private static void indicesFollow(Shape shape, int... inside) {
        assertEquals(inside.length, shape.size());
        boolean differs = false;
        for (int torch = 0; torch < inside.length; torch++) {
            assertEquals(inside[torch], shape.inside(torch));
            assertEquals(torch, shape.torch(inside[torch]));
            differs |= inside[torch] != torch;
        }
        assertEquals(differs, shape.reordered());
    }

    @Property(tries = 300)
    void valuesMoveBitForBit(@UpTo(9) int channels, @UpTo(9) int height, @UpTo(9) int width, @ForAll long seed) {
        Random random = new Random(seed);
        Shape shape = Shape.of(channels, height, width);
        int[] inside = insideOfTorch(channels, height, width);
        Rows rows = Rows.random(random);
        FloatMatrix torch = anyBits(shape.size(), random);
        FloatMatrix moved = anyBits(shape.size(), random);
        int[][] before = bits(moved);

        shape.toInside(torch, rows.from, moved, rows.to, rows.count);
        int[][] source = bits(torch);
        int[][] after = bits(moved);
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < inside.length; i++) {
                int expected = rows.isWritten(row) ? source[row - rows.to + rows.from][i] : before[row][inside[i]];
                assertEquals(expected, after[row][inside[i]]);
            }
        }
        assertZeroPads(moved, "toInside");

        FloatMatrix back = anyBits(shape.size(), random);
        shape.toTorch(moved, rows.to, back, rows.from, rows.count);
        int[][] returned = bits(back);
        for (int row = rows.from; row < rows.from + rows.count; row++) {
            for (int i = 0; i < inside.length; i++) {
                assertEquals(source[row][i], returned[row][i]);
            }
        }
        assertZeroPads(back, "toTorch");
    }

    @Property(tries = 300)
    void spikesMove(@UpTo(9) int channels, @UpTo(9) int height, @UpTo(9) int width, @ForAll long seed) {
        Random random = new Random(seed);
        Shape shape = Shape.of(channels, height, width);
        int[] inside = insideOfTorch(channels, height, width);
        Rows rows = Rows.random(random);
        SpikeMatrix torch = Matrices.spikes(arena, ROWS, shape.size(), random.nextDouble(), random);
        SpikeMatrix moved = Matrices.spikes(arena, ROWS, shape.size(), 0.5, random);
        SpikeMatrix before = SpikeMatrix.copyOf(arena, ROWS, shape.size(), moved.toArray());

        shape.toInside(torch, rows.from, moved, rows.to, rows.count);
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < inside.length; i++) {
                boolean expected =
                        rows.isWritten(row) ? torch.get(row - rows.to + rows.from, i) : before.get(row, inside[i]);
                assertEquals(expected, moved.get(row, inside[i]));
            }
        }
        assertZeroPads(moved, "toInside");

        SpikeMatrix back = Matrices.spikes(arena, ROWS, shape.size(), 0.5, random);
        shape.toTorch(moved, rows.to, back, rows.from, rows.count);
        for (int row = rows.from; row < rows.from + rows.count; row++) {
            for (int i = 0; i < inside.length; i++) {
                assertEquals(torch.get(row, i), back.get(row, i));
            }
        }
        assertZeroPads(back, "toTorch");
    }

    /** Returns the inner index of every index in torch's order. */
    private static int[] insideOfTorch(int channels, int height, int width) {
        int[][][] inside = new int[channels][height][width];
        int next = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < channels; channel++) {
                    inside[channel][y][x] = next++;
                }
            }
        }
        int[] ofTorch = new int[next];
        int torch = 0;
        for (int[][] map : inside) {
            for (int[] line : map) {
                for (int index : line) {
                    ofTorch[torch++] = index;
                }
            }
        }
        return ofTorch;
    }

    /** Floats of every bit pattern, including NaN with payloads. */
    private FloatMatrix anyBits(int columns, Random random) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, ROWS, columns);
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < columns; column++) {
                int bits = random.nextInt(8) == 0 ? 0x7f800001 + random.nextInt(1000) : random.nextInt();
                matrix.segment().set(ValueLayout.JAVA_INT, matrix.rowOffset(row) + 4L * column, bits);
            }
        }
        return matrix;
    }

    private static int[][] bits(FloatMatrix matrix) {
        int[][] bits = new int[matrix.rows()][matrix.columns()];
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = 0; column < matrix.columns(); column++) {
                bits[row][column] = matrix.segment().get(ValueLayout.JAVA_INT, matrix.rowOffset(row) + 4L * column);
            }
        }
        return bits;
    }

    private record Rows(int from, int to, int count) {

        static Rows random(Random random) {
            int count = 1 + random.nextInt(ROWS);
            return new Rows(random.nextInt(ROWS - count + 1), random.nextInt(ROWS - count + 1), count);
        }

        boolean isWritten(int row) {
            return row >= to && row < to + count;
        }
    }
}
