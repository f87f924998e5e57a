package dev.spikelane.kernel.product.window;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.product.spike.Product;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
@FewerTries
final class WindowMatmulProperties extends KernelCase {

    private static final float BEFORE = 99;

    @Property(tries = 200)
    void isTheSameAsDirectLoops(
            @UpTo(3) int rows,
            @Size int outputs,
            @Density double density,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        WindowCase of = draw(rows, outputs, density, kind, seed);
        FloatMatrix current = of.current();
        WindowTables tables = of.tables();
        WindowMatmul.multiply(of.spikes, 0, rows, new WindowLists(arena, tables), Tile.whole(current));
        assertSameBits(of.direct(), current, of.window.toString());
    }

    /** Lists and tables are reused for other weights and for fewer rows. */
    @Property(tries = 100)
    void nothingStaysOfWhatWasBefore(@UpTo(3) int rows, @Size int outputs, @Density double density, @ForAll long seed) {
        WindowCase of = draw(rows, outputs, density, Product.Weights.UNIFORM, seed);
        Random random = new Random(~seed);
        WindowTables tables = new WindowTables(arena, of.window, outputs);
        WindowLists lists = new WindowLists(arena, tables);
        WindowCase before = new WindowCase(arena, 1, of.window, outputs, 1, Product.Weights.HUGE, random);
        tables.fill(before.packed);
        WindowMatmul.multiply(before.spikes, 0, 1, lists, Tile.whole(before.current()));
        tables.fill(of.packed);
        int some = 1 + random.nextInt(rows);
        float[][] expected = of.direct();
        for (int row = some; row < rows; row++) {
            Arrays.fill(expected[row], BEFORE);
        }
        FloatMatrix current = of.current();
        current.fill(BEFORE);
        WindowMatmul.multiply(of.spikes, 0, some, lists, Tile.whole(current));
        assertSameBits(expected, current, of.window.toString());
    }

    private WindowCase draw(int rows, int outputs, double density, Product.Weights kind, long seed) {
        Random random = new Random(seed);
        return new WindowCase(arena, rows, WindowCase.draw(random), outputs, density, kind, random);
    }
}
