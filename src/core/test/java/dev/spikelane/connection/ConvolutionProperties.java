package dev.spikelane.connection;

import static dev.spikelane.Filled.flags;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomConvolution;
import dev.spikelane.network.naive.NaiveConvolution;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Operators of convolutions equal direct loops bit for bit, for any blocks of outputs. */
@EveryWidth
final class ConvolutionProperties extends KernelCase {

    private static final float[] ODD = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f, Float.MIN_VALUE, Float.MAX_VALUE
    };

    @Property(tries = 150)
    void spikes(@UpTo(5) int rows, @ZeroTo(10) int tenths, @ForAll long seed) {
        Random random = new Random(seed);
        Shape source = source(random);
        RandomConvolution drawn = new RandomConvolution(arena, random);
        Convolution declared = drawn.of(source);
        if (random.nextInt(3) == 0) {
            declared = drawn.rounded(declared);
        }
        float[] carried = carried(source, declared.integers().isEmpty(), random);
        Operator operator = ConnectionKinds.of(declared).bind(arena, declared, source, inside(source, carried));
        SpikeMatrix torch = Matrices.spikes(arena, rows, source.size(), tenths / 10.0, random);
        SpikeMatrix inside = SpikeMatrix.zeros(arena, rows, source.size());
        source.toInside(torch, 0, inside, 0, rows);
        Scratch scratch = new Scratch(arena);
        operator.reserve(scratch);
        NaiveConvolution naive = new NaiveConvolution(declared, source);
        Tile current = someBlocks(arena, rows, operator.outputs(), random);
        operator.multiply(inside, rows, current, scratch);
        for (int row = 0; row < rows; row++) {
            int at = row;
            boolean[] fires = flags(source.size(), i -> torch.get(at, i));
            assertSame(naive.currents(carried, fires), current, row, declared, source);
        }
    }

    @Property(tries = 150)
    void values(@UpTo(5) int rows, @ZeroTo(10) int tenths, @ForAll long seed) {
        Random random = new Random(seed);
        Shape source = source(random);
        RandomConvolution drawn = new RandomConvolution(arena, random);
        Convolution declared = drawn.of(source);
        if (random.nextInt(4) == 0) {
            declared = drawn.rounded(declared);
        }
        Operator operator = ConnectionKinds.of(declared).bind(arena, declared, source, Parameter.of(1));
        FloatMatrix torch = FloatMatrix.zeros(arena, rows, source.size());
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < source.size(); i++) {
                boolean odd = random.nextInt(60) == 0;
                torch.set(
                        row,
                        i,
                        odd
                                ? ODD[random.nextInt(ODD.length)]
                                : random.nextInt(10) < tenths ? random.nextFloat() * 2 - 1 : 0);
            }
        }
        FloatMatrix inside = FloatMatrix.zeros(arena, rows, source.size());
        source.toInside(torch, 0, inside, 0, rows);
        NaiveConvolution naive = new NaiveConvolution(declared, source);
        Tile current = someBlocks(arena, rows, operator.outputs(), random);
        operator.multiply(inside, rows, current, new Scratch(arena));
        for (int row = 0; row < rows; row++) {
            int at = row;
            float[] values = floats(source.size(), i -> torch.get(at, i));
            assertSame(naive.currents(values, null), current, row, declared, source);
        }
    }

    private static Shape source(Random random) {
        boolean words = random.nextInt(8) == 0; // positions may be rows of a product without copying
        int channels = words
                ? FloatMatrix.ROW_MULTIPLE * (1 + random.nextInt(2))
                : 1 + random.nextInt(random.nextInt(6) == 0 ? 40 : 8);
        int width = 1 + random.nextInt(9);
        return random.nextInt(3) == 0 ? Shape.of(channels, width) : Shape.of(channels, 1 + random.nextInt(8), width);
    }

    /** Returns spike values in torch's order. */
    private static float[] carried(Shape source, boolean byChannel, Random random) {
        float[] carried = new float[source.size()];
        Arrays.fill(carried, random.nextBoolean() ? 1 : random.nextFloat() * 3);
        boolean differ = byChannel && random.nextBoolean();
        for (int i = 0; differ && i < carried.length; i++) {
            int positions = source.height() * source.width();
            carried[i] = i % positions == 0 ? random.nextFloat() * 2 - 1 : carried[i - 1];
        }
        return carried;
    }

    private static Parameter inside(Shape source, float[] torch) {
        float[] inside = floats(torch.length, i -> torch[source.torch(i)]);
        return Parameter.of(inside);
    }

    /** Returns all or some blocks, filled with other values. */
    private static Tile someBlocks(Arena arena, int rows, int outputs, Random random) {
        int blocks = Math.ceilDiv(outputs, FloatMatrix.ROW_MULTIPLE);
        boolean all = random.nextInt(3) == 0;
        int first = all ? 0 : random.nextInt(blocks);
        int end = all ? blocks : first + 1 + random.nextInt(blocks - first);
        if (random.nextBoolean()) {
            FloatMatrix whole = FloatMatrix.zeros(arena, rows, outputs);
            whole.fill(7);
            return Tile.whole(whole).at(first, end);
        }
        FloatMatrix some = FloatMatrix.zeros(arena, rows, (end - first) * FloatMatrix.ROW_MULTIPLE);
        some.fill(7);
        return Tile.of(some, outputs).at(first, end);
    }

    private static void assertSame(float[] torch, Tile current, int row, Convolution declared, Shape source) {
        Shape made = declared.outputShape(source);
        FloatMatrix found = current.matrix();
        int end = Math.min(current.endBlock() * FloatMatrix.ROW_MULTIPLE - current.origin(), found.columns());
        for (int column = 0; column < found.columns(); column++) {
            int output = column + current.origin();
            float expected = 7; // must not be written
            if (output >= current.firstColumn() && column < end) {
                expected = output < made.size() ? torch[made.torch(output)] : 0;
            }
            assertEquals(
                    Float.floatToIntBits(expected),
                    Float.floatToIntBits(found.get(row, column)),
                    () -> declared + " of " + source + ", row " + row + ", output " + output);
        }
    }
}
