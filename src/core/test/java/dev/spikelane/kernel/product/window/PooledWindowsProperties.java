package dev.spikelane.kernel.product.window;

import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.connection.operator.window.PooledConvOperator;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A fused convolution and pool has the bits of both in sequence. */
@EveryWidth
@FewerTries
final class PooledWindowsProperties extends KernelCase {

    private static final ElementType[] TYPES = {
        ElementType.INT8, ElementType.INT16, ElementType.INT4, ElementType.TERNARY, ElementType.TERNARY
    };

    private static final float[] SPECIAL = {Float.MAX_VALUE, -Float.MAX_VALUE, -0.0f, 0, Float.MIN_VALUE, 1};

    @Property(tries = 120)
    void areConvolutionAndPool(
            @UpTo(4) int channels,
            @UpTo(40) int outputs,
            @UpTo(4) int side,
            @UpTo(2) int stride,
            @UpTo(2) int dilation,
            @ForAll long seed) {
        Random random = new Random(seed);
        int reach = dilation * (side - 1) + 1;
        Shape source = Shape.of(channels, reach + 1 + random.nextInt(9), reach + stride + random.nextInt(9));
        Kernel kernel = Kernel.of(side).withStride(stride, stride).withDilation(dilation, dilation);
        FloatMatrix weights = values(arena, outputs, channels * side * side, random);
        Convolution floats = Convolution.of(kernel, weights, Matrices.uniform(arena, 1, outputs, random));
        ElementType type = TYPES[random.nextInt(TYPES.length)];
        Convolution declared = random.nextBoolean()
                ? floats
                : Convolution.of(kernel, IntegerMatrix.nearest(type, weights), floats.bias());
        Shape map = declared.outputShape(source);
        assumeTrue(map.height() > 1 && map.width() > 1);
        Parameter carried = Parameter.of(random.nextBoolean() ? 1 : random.nextBoolean() ? 0.75f : -0.75f);
        List<Operator> apart = List.of(
                ConnectionKinds.of(declared).bind(arena, declared, source, carried),
                ConnectionKinds.of(Pool.max(2)).bind(arena, Pool.max(2), map, Parameter.of(1)));
        List<Operator> joined = PooledConvOperator.join(apart);
        boolean words = SimdWidth.VECTOR && channels * side * side <= Long.SIZE && channels % 4 != 0;
        if (words || joined.size() == 1) {
            assertEquals(1, joined.size());
            compare(arena, apart, joined.getFirst(), Matrices.spikes(arena, 3, source.size(), 0.3, random));
            compare(arena, apart, joined.getFirst(), values(arena, 3, source.size(), random));
        }
        if (joined.size() == 1 && declared.integers().isPresent()) {
            writeLargest(apart.getFirst().values().get(1), random);
            compare(arena, apart, joined.getFirst(), Matrices.spikes(arena, 3, source.size(), 1, random));
        }
    }

    /** Without its edges, a transposed kernel of stride 1 reads such windows, with reversed weights. */
    @ComparesVectors
    @Example
    void areTransposedConvolutionAndPool() {
        Random random = new Random(1);
        Shape source = Shape.of(3, 9, 8);
        Kernel kernel = Kernel.transposed(3).withPadding(2);
        for (int outputs = 2; outputs <= 3; outputs++) {
            FloatMatrix weights = Matrices.uniform(arena, 3, 9 * outputs, random);
            Convolution declared = Convolution.of(kernel, weights, Matrices.uniform(arena, 1, outputs, random))
                    .nearest(ElementType.TERNARY);
            List<Operator> apart = List.of(
                    ConnectionKinds.of(declared).bind(arena, declared, source, Parameter.of(1)),
                    ConnectionKinds.of(Pool.max(2))
                            .bind(arena, Pool.max(2), declared.outputShape(source), Parameter.of(1)));
            Operator joined = PooledConvOperator.join(apart).getFirst();
            compare(arena, apart, joined, Matrices.spikes(arena, 3, source.size(), 0.3, random));
        }
    }

    /** Weights to an output are all the largest or all the least, so that sums are extreme. */
    private static void writeLargest(Values weights, Random random) {
        IntegerMatrix before = weights.integers();
        ElementType type = before.type();
        short[] items = new short[before.rows() * before.columns()];
        for (int row = 0; row < before.rows(); row++) {
            int item = random.nextBoolean() ? type.greatest() : type.least();
            Arrays.fill(items, row * before.columns(), (row + 1) * before.columns(), (short) item);
        }
        weights.write(IntegerMatrix.of(type, before.rows(), before.columns(), items, before.scales()));
    }

    private static void compare(Arena arena, List<Operator> apart, Operator joined, Signal source) {
        Scratch scratch = new Scratch(arena);
        FloatMatrix map = FloatMatrix.zeros(arena, 2, apart.getFirst().outputs());
        FloatMatrix expected = FloatMatrix.zeros(arena, 2, joined.outputs());
        Tile blocks = Tile.whole(map);
        for (int block = 0; block < blocks.blocks(); block++) {
            multiply(
                    apart.getFirst(),
                    source,
                    blocks.at(block, block + 1),
                    scratch); // unfolded, except for a single one
        }
        multiply(apart.getLast(), map, Tile.whole(expected), scratch);
        FloatMatrix whole = FloatMatrix.zeros(arena, 2, map.columns());
        multiply(apart.getFirst(), source, Tile.whole(whole), scratch);
        assertSameBits(map, whole, "map of " + joined);
        FloatMatrix found = FloatMatrix.zeros(arena, 2, joined.outputs());
        multiply(joined, source, Tile.whole(found), scratch);
        assertSameBits(expected, found, joined.toString());
        assertZeroPads(found, joined.toString());
        if (PooledConvOperator.join(apart.getFirst(), apart.getLast()) instanceof PooledConvOperator keeping) {
            compareWinners(arena, apart, keeping, source, map);
        }
    }

    /** Winners are those of the pool, whatever was stored before. */
    private static void compareWinners(
            Arena arena, List<Operator> apart, Operator joined, Signal source, FloatMatrix map) {
        PoolOperator pool = (PoolOperator) apart.getLast();
        FloatMatrix gradient = Matrices.uniform(arena, 2, pool.outputs(), new Random(pool.outputs()));
        FloatMatrix made = FloatMatrix.zeros(arena, 2, pool.outputs());
        PoolWinners winners = requireNonNull(pool.winners(arena, 3));
        PoolWinners others = requireNonNull(pool.winners(arena, 3));
        winners.run(map, 2, Tile.whole(made), 1);
        others.run(Matrices.uniform(arena, 2, map.columns(), new Random(map.columns())), 2, Tile.whole(made), 1);
        ((PooledConvOperator) joined).multiplyKeeping(source, 2, Tile.whole(made), new Scratch(arena), others, 1);
        FloatMatrix expected = FloatMatrix.zeros(arena, 2, pool.inputs());
        FloatMatrix found = FloatMatrix.zeros(arena, 2, pool.inputs());
        winners.back(gradient, 0, 2, expected, 1);
        others.back(gradient, 0, 2, found, 1);
        assertSameBits(expected, found, "winners of " + joined);
    }

    private static void multiply(Operator operator, Signal source, Tile into, Scratch scratch) {
        if (source instanceof SpikeMatrix spikes) {
            operator.multiply(spikes, 2, into, scratch);
        } else {
            operator.multiply((FloatMatrix) source, 2, into, scratch);
        }
    }

    /** Some are so large that currents are infinite or NaN. */
    private static FloatMatrix values(Arena arena, int rows, int columns, Random random) {
        FloatMatrix values = Matrices.uniform(arena, rows, columns, random);
        boolean special = random.nextInt(3) == 0;
        for (int i = 0; i < rows * columns; i++) {
            if (special && random.nextInt(6) == 0) {
                values.set(i / columns, i % columns, SPECIAL[random.nextInt(SPECIAL.length)]);
            }
        }
        return values;
    }
}
