package dev.spikelane.kernel.pool;

import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Filled;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.naive.NaiveArithmetic;
import dev.spikelane.network.naive.NaivePool;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.TorchLayout;
import dev.spikelane.simd.Window;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random pools, in whole rows and tiles, against plain loops in torch's order. */
@EveryWidth
final class MapPoolProperties extends KernelCase {

    private static final int[] CHANNELS = {1, 2, 3, 7, 8, 12, 16, 17, 31, 33, 40, 60, 64, 65, 70, 128, 130};
    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f, 0, 1};

    private Random random;

    @Property(tries = 400)
    void poolsAreThoseOfPlainLoops(@UpTo(3) int rows, @ForAll long seed) {
        random = new Random(seed);
        int channels = CHANNELS[random.nextInt(CHANNELS.length)];
        Shape shape = random.nextInt(4) == 0
                ? Shape.of(channels, 1 + random.nextInt(12))
                : Shape.of(channels, 1 + random.nextInt(7), 1 + random.nextInt(7));
        compare(pool(shape), shape, rows);
    }

    /** Padding cuts the windows of both output rows to the same two lines, and the last window ends there. */
    @Example
    void nothingIsReadBehindTheLastRow() {
        Pool pool = Pool.max(3, 2).withStride(1).withPadding(1, 0);
        random = new Random(1);
        for (int i = 0; i < 16; i++) { // some of spikes, some of values
            compare(pool, Shape.of(4, 2, 8), 1);
        }
    }

    @Example
    void refusesWinnersOfTooManyPlaces() {
        Window.Axis axis = new Window.Axis(4_100, 4_100, 1, 0, 1, 1);
        MapPool pool = MapPool.max(new Window(1, axis, axis));
        assertEquals(
                "max pool reads 16810000 places of 1 channels, expected at most 16777216 places where gradients go back",
                assertThrows(IllegalArgumentException.class, () -> pool.winners(arena, 1))
                        .getMessage());
    }

    private void compare(Pool pool, Shape shape, int rows) {
        Shape made = pool.outputShape(shape);
        NaivePool plain = new NaivePool(pool, shape);
        boolean fires = random.nextBoolean();
        float[] carried = carried(shape);
        Signal source = fires
                ? Matrices.spikes(arena, rows + 1, shape.size(), random.nextInt(6) / 5.0, random)
                : values(rows + random.nextInt(2), shape.size()); // nothing may be read after the last row
        FloatMatrix gradient = values(rows + 1, made.size());
        FloatMatrix expected = FloatMatrix.zeros(arena, rows, made.size());
        FloatMatrix expectedBack = FloatMatrix.zeros(arena, rows, shape.size());
        for (int row = 0; row < rows; row++) {
            float[] x = torch(shape, source, row, carried);
            put(made, plain.forward(x), expected, row);
            double[] of = doubles(torch(made, gradient, row, carried));
            put(shape, floats(plain.back(NaiveArithmetic.SINGLE, x, of)), expectedBack, row);
        }
        Operator operator =
                ConnectionKinds.of(pool).bind(arena, pool, shape, Parameter.of(TorchLayout.torch(shape, carried)));
        operator.setSpikeValue(carried);
        Tile into = tile(rows, made.size());
        if (source instanceof SpikeMatrix spikes) {
            operator.multiply(spikes, rows, into, new Scratch(arena));
        } else {
            operator.multiply((FloatMatrix) source, rows, into, new Scratch(arena));
        }
        compare(expected, into, "forward");
        if (operator instanceof PoolOperator pooled && pooled.isMax()) {
            compareWinners(pooled, source, gradient, expected, expectedBack);
        } else {
            Tile back = tile(rows, shape.size());
            operator.inputGradient(arena).pull(gradient, rows, back);
            compare(expectedBack, back, "back");
        }
    }

    /** Compares with winners that rows of other content left. */
    private void compareWinners(
            PoolOperator pool, Signal source, FloatMatrix gradient, FloatMatrix expected, FloatMatrix expectedBack) {
        int rows = expected.rows();
        PoolWinners winners = pool.winners(arena, rows + 2);
        FloatMatrix values = FloatMatrix.zeros(arena, rows, source.columns());
        switch (source) {
            case FloatMatrix given -> values = given;
            case SpikeMatrix spikes -> pool.expand(spikes, rows, values);
        }
        FloatMatrix made = FloatMatrix.zeros(arena, rows, expected.columns());
        FloatMatrix back = values(rows, expectedBack.columns());
        winners.run(values(rows, values.columns()), rows, Tile.whole(made), 1);
        winners.run(values, rows, Tile.whole(made), 2);
        winners.back(gradient, 0, rows, back, 2);
        if (source instanceof FloatMatrix) {
            assertSameBits(expected, made, "kept forward");
        }
        assertSameBits(expectedBack, back, "kept back");
        assertZeroPads(made, "kept forward");
        assertZeroPads(back, "kept back");
    }

    private Pool pool(Shape shape) {
        while (true) {
            Pool.Axis x = axis();
            Pool pool = new Pool(
                    Pool.Rule.MAX, shape.rank() == 2 ? x : axis(), x, random.nextBoolean(), random.nextBoolean());
            Pool.Rule rule = Pool.Rule.values()[random.nextInt(3)];
            if (random.nextInt(4) == 0) {
                int size = 1 + random.nextInt(4);
                return Pool.spread(shape.rank() == 2 ? size : 1 + random.nextInt(4), size);
            }
            try {
                pool = new Pool(rule, pool.y(), pool.x(), pool.ceil(), pool.countsPadding());
                pool.outputShape(shape);
                return pool;
            } catch (IllegalArgumentException refused) {
                random.nextInt(); // another one
            }
        }
    }

    private Pool.Axis axis() {
        int size = random.nextInt(5);
        return size == 0
                ? new Pool.Axis(0, 1, 0, 1)
                : new Pool.Axis(size, 1 + random.nextInt(4), random.nextInt(3), 1 + random.nextInt(3) / 2);
    }

    /** Returns spike values: one, positive or not, or one for each neuron. */
    private float[] carried(Shape shape) {
        float[] carried = new float[shape.size()];
        int kind = random.nextInt(4);
        for (int i = 0; i < carried.length; i++) {
            carried[i] = kind < 2 ? 1 + 1.5f * kind : kind == 2 ? -2 : random.nextInt(5) - 2.5f;
        }
        return carried;
    }

    private FloatMatrix values(int rows, int columns) {
        FloatMatrix values = Matrices.uniform(arena, rows, columns, random);
        boolean special = random.nextInt(3) == 0;
        boolean equal = random.nextInt(3) == 0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                if (special && random.nextInt(8) == 0) {
                    values.set(row, column, SPECIAL[random.nextInt(SPECIAL.length)]);
                } else if (equal) {
                    values.set(row, column, random.nextInt(3) - 1);
                }
            }
        }
        return values;
    }

    private static float[] torch(Shape shape, Signal rows, int row, float[] carried) {
        float[] torch = new float[shape.size()];
        for (int i = 0; i < torch.length; i++) {
            int inside = shape.inside(i);
            torch[i] = switch (rows) {
                case FloatMatrix values -> values.get(row, inside);
                case SpikeMatrix spikes -> spikes.get(row, inside) ? carried[inside] : 0;
            };
        }
        return torch;
    }

    private static void put(Shape shape, float[] torch, FloatMatrix rows, int row) {
        for (int i = 0; i < torch.length; i++) {
            rows.set(row, shape.inside(i), torch[i]);
        }
    }

    private static double[] doubles(float[] values) {
        double[] made = new double[values.length];
        for (int i = 0; i < made.length; i++) {
            made[i] = values[i];
        }
        return made;
    }

    private static float[] floats(double[] values) {
        return Filled.floats(values.length, i -> (float) values[i]);
    }

    /** Returns all columns, or some blocks, in memory with old values. */
    private Tile tile(int rows, int columns) {
        int blocks = Math.ceilDiv(columns, Long.SIZE);
        int first = random.nextInt(blocks);
        int end = first + 1 + random.nextInt(blocks - first);
        boolean whole = random.nextBoolean();
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, whole ? columns : Long.SIZE * (end - first));
        matrix.fill(99);
        Tile tile = whole ? Tile.whole(matrix) : Tile.of(matrix, columns);
        return random.nextInt(3) == 0 && whole ? tile : tile.at(first, end);
    }

    private void compare(FloatMatrix expected, Tile actual, String what) {
        FloatMatrix wanted =
                FloatMatrix.zeros(arena, expected.rows(), actual.matrix().columns());
        wanted.fill(99);
        for (int row = 0; row < expected.rows(); row++) {
            int end = Math.min(actual.endBlock() * Long.SIZE, actual.origin() + wanted.columns());
            for (int column = actual.firstColumn(); column < end; column++) {
                wanted.set(row, column - actual.origin(), column < actual.columns() ? expected.get(row, column) : 0);
            }
        }
        assertSameBits(wanted, actual.matrix(), what);
        assertZeroPads(actual.matrix(), what);
    }
}
