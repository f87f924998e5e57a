package dev.spikelane.kernel.product.window;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.Product;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
@FewerTries
final class SmallWindowTablesProperties extends KernelCase {

    private static final float BEFORE = 99;

    /** Some windows of the second of three rows; nothing else is written. */
    @Property(tries = 100)
    void isTheProductOfTheWords(
            @UpTo(23) int positions,
            @UpTo(64) int inputs,
            @Size int outputs,
            @Density double density,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        Window window = new Window(inputs, WindowCase.axis(positions, 1, 0), Window.Axis.ONE);
        assumeTrue(SmallWindowTables.serves(window));
        Random random = new Random(seed);
        FloatMatrix bias = kind.matrix(arena, 1, outputs, random);
        PackedWeights packed = Product.packed(arena, kind.matrix(arena, outputs, inputs, random), bias);
        SpikeMatrix words = Matrices.spikes(arena, positions, inputs, density, random);
        int first = random.nextInt(positions);
        int count = 1 + random.nextInt(positions - first);
        FloatMatrix sums = FloatMatrix.zeros(arena, positions, outputs);
        SpikeMatmul.multiply(words, positions, packed, Tile.whole(sums), new ProductScratch(arena));
        FloatMatrix current = FloatMatrix.zeros(arena, 3, positions * outputs);
        current.fill(BEFORE);
        float[][] expected = new float[3][positions * outputs];
        for (float[] row : expected) {
            Arrays.fill(row, BEFORE);
        }
        for (int i = 0; i < count * outputs; i++) {
            expected[1][first * outputs + i] = sums.get(i / outputs, i % outputs);
        }
        SmallWindowTables tables = new SmallWindowTables(arena, window, outputs);
        tables.fill(packed);
        tables.multiply(words, count, current, 1, first);
        assertSameBits(expected, current, window.toString());
    }
}
