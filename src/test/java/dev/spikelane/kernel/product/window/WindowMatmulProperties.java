package dev.spikelane.kernel.product.window;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.kernel.Awkward;
import dev.spikelane.kernel.product.spike.Product;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

@EveryWidth
@FewerTries
final class WindowMatmulProperties {

    private static final float BEFORE = 99;

    private Arena arena;

    @BeforeTry
    void open() {
        arena = Arena.ofShared();
    }

    @AfterTry
    void close() {
        arena.close();
    }

    @Property(tries = 200)
    void isTheSameAsDirectLoops(
            @ForAll @IntRange(min = 1, max = 3) int rows,
            @ForAll(supplier = Awkward.Sizes.class) int post,
            @ForAll(supplier = Awkward.Densities.class) double density,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        WindowCase of = draw(rows, post, density, kind, seed);
        FloatMatrix current = of.current();
        WindowTables tables = of.tables();
        WindowMatmul.multiply(of.spikes, rows, new WindowLists(tables), 0, tables.blocks(), current);
        assertSameBits(of.direct(), current, of.window.toString());
    }

    @Property(tries = 50)
    void isTheSameAsUnfoldedSpikes(
            @ForAll @IntRange(min = 1, max = 3) int rows,
            @ForAll(supplier = Awkward.Sizes.class) int post,
            @ForAll(supplier = Awkward.Densities.class) double density,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        WindowCase of = draw(rows, post, density, kind, seed);
        FloatMatrix current = of.current();
        WindowTables tables = of.tables();
        WindowMatmul.multiply(of.spikes, rows, new WindowLists(tables), 0, tables.blocks(), current);
        assertSameBits(of.unfolded(), current, of.window.toString());
    }

    /** Lists and tables are used again, for other weights too. */
    @Property(tries = 100)
    void blocksAndRowsAreWrittenAloneAndAsInTheWhole(
            @ForAll @IntRange(min = 1, max = 3) int rows,
            @ForAll(supplier = Awkward.Sizes.class) int post,
            @ForAll(supplier = Awkward.Densities.class) double density,
            @ForAll long seed) {
        WindowCase of = draw(rows, post, density, Product.Weights.UNIFORM, seed);
        Random random = new Random(~seed);
        WindowTables tables = new WindowTables(arena, of.window, post);
        WindowLists lists = new WindowLists(tables);
        tables.fill(new WindowCase(arena, 1, of.window, post, 1, Product.Weights.UNIFORM, random).packed);
        WindowMatmul.multiply(of.spikes, rows, lists, 0, tables.blocks(), of.current());
        tables.fill(of.packed);
        int some = 1 + random.nextInt(rows);
        int first = random.nextInt(tables.blocks());
        int end = first + 1 + random.nextInt(tables.blocks() - first);
        float[][] expected = of.direct();
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                int block = i % of.channels() / 64;
                if (row >= some || block < first || block >= end) {
                    expected[row][i] = BEFORE;
                }
            }
        }
        FloatMatrix current = of.current();
        current.fill(BEFORE);
        WindowMatmul.multiply(of.spikes, some, lists, first, end, current);
        assertSameBits(expected, current, of.window + " of " + Arrays.asList(first, end));
    }

    private WindowCase draw(int rows, int post, double density, Product.Weights kind, long seed) {
        Random random = new Random(seed);
        return new WindowCase(arena, rows, WindowCase.draw(random), post, density, kind, random);
    }
}
