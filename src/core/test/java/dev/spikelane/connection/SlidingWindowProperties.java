package dev.spikelane.connection;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
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
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Convolutions slide a window where all outputs are asked for, and unfold it for some: the bits are the same. */
@EveryWidth
@FewerTries
final class SlidingWindowProperties extends KernelCase {

    @Property(tries = 60)
    void slidingAndUnfoldedGiveTheSame(@UpTo(3) int rows, @ZeroTo(10) int tenths, @ForAll long seed) {
        Random random = new Random(seed);
        Shape source = Shape.of(4 * (1 + random.nextInt(4)), 5 + random.nextInt(6), 5 + random.nextInt(6));
        Kernel kernel = Kernel.of(2 + random.nextInt(4), 1 + random.nextInt(5)).withPadding(random.nextInt(3));
        Operator operator = operator(arena, kernel, source, 1 + random.nextInt(70), random);
        assertEquals("window", operator.kernel(rows, 1));
        SpikeMatrix spikes = Matrices.spikes(arena, rows, source.size(), tenths / 10.0, random);
        Scratch scratch = new Scratch(arena);
        operator.reserve(scratch);
        compare(arena, operator, spikes, scratch, "at first");
        FloatMatrix weights = FloatMatrix.zeros(
                arena,
                operator.values().getFirst().rows(),
                operator.values().getFirst().columns());
        weights.fill(0.3f);
        operator.values().getFirst().write(weights);
        compare(arena, operator, spikes, scratch, "other weights");
        operator.setSpikeValue(new float[] {1.7f});
        compare(arena, operator, spikes, scratch, "other spikes");
        compare(arena, operator.copy(arena), spikes, scratch, "a copy");
    }

    private static Operator operator(Arena arena, Kernel kernel, Shape source, int outputs, Random random) {
        int window = source.channels() * kernel.y().size() * kernel.x().size();
        Convolution declared = Convolution.of(
                kernel, Matrices.uniform(arena, outputs, window, random), Matrices.uniform(arena, 1, outputs, random));
        return ConnectionKinds.of(declared).bind(arena, declared, source, Parameter.of(1));
    }

    private static void compare(Arena arena, Operator operator, SpikeMatrix spikes, Scratch scratch, String what) {
        int rows = spikes.rows();
        FloatMatrix slid = FloatMatrix.zeros(arena, rows, operator.outputs());
        operator.multiply(spikes, rows, Tile.whole(slid), scratch);
        FloatMatrix unfolded = FloatMatrix.zeros(arena, rows, operator.outputs());
        Tile tile = Tile.whole(unfolded);
        int blocks = tile.blocks();
        for (int block = 0; block < blocks && blocks > 1; block++) {
            operator.multiply(spikes, rows, tile.at(block, block + 1), scratch);
        }
        if (blocks > 1) {
            assertSameBits(unfolded, slid, what + ", " + operator);
        }
    }
}
