package dev.spikelane.kernel.product.spike;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.onOtherThread;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.PackedIntegers;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EveryWidth
final class SpikeMatmulTest {

    private final Arena arena = Arena.ofConfined();
    private final PackedWeights weights = PackedWeights.pack(arena, FloatMatrix.zeros(arena, 130, 70));
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 3, 70);
    private final FloatMatrix current = FloatMatrix.zeros(arena, 3, 130);
    private final ProductScratch workspace = new ProductScratch(arena);

    @AfterEach
    void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** Threads list some of the active inputs, of other rows in each round. */
    @Test
    void threadsListActiveInputsTogether() throws InterruptedException {
        assumeTrue(SimdWidth.VECTOR, "lists are for vectors");
        Random random = new Random(1);
        Arena shared = Arena.ofAuto();
        PackedWeights by = PackedWeights.pack(shared, Product.Weights.UNIFORM.matrix(shared, 128, 784, random));
        PreparedSpikes prepared = new PreparedSpikes(shared, 2);
        FloatMatrix expected = FloatMatrix.zeros(shared, 200, 128);
        FloatMatrix found = FloatMatrix.zeros(shared, 200, 128);
        for (int round = 0; round < 40; round++) {
            SpikeMatrix rows = Matrices.spikes(shared, 200, 784, 0.02 + 0.001 * round, random);
            SpikeMatmul.multiply(rows, 200, by, Tile.whole(expected), workspace); // one thread alone
            prepared.take(SpikeMatmul.Variant.ACTIVE, rows.count(), rows, 200, by);
            prepared.keep(rows, round);
            Thread[] threads = new Thread[2];
            for (int block = 0; block < threads.length; block++) {
                Tile part = Tile.whole(found).at(block, block + 1);
                ProductScratch own = new ProductScratch(shared);
                threads[block] = new Thread(() -> SpikeMatmul.multiply(prepared, rows, 200, by, part, own));
                threads[block].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertSameBits(expected, found, "round " + round);
        }
    }

    @Test
    void sumOfNothingIsTheBiasWithItsSign() {
        FloatMatrix bias = FloatMatrix.vector(arena, -0.0f, 0.0f);
        PackedWeights biased = PackedWeights.pack(arena, FloatMatrix.zeros(arena, 2, 70), bias);
        FloatMatrix to = FloatMatrix.zeros(arena, 3, 2);
        SpikeMatmul.multiply(spikes, spikes.rows(), biased, Tile.whole(to), workspace);
        assertEquals(Float.floatToRawIntBits(-0.0f), Float.floatToRawIntBits(to.get(2, 0)));
        assertEquals(0, Float.floatToRawIntBits(to.get(2, 1)));
    }

    /** A workspace forgets prepared spikes when another product uses its memory. */
    @Test
    void otherProductsDoNotChangeWhatWasPrepared() {
        Random random = new Random(5);
        PackedWeights some = PackedWeights.pack(arena, Matrices.uniform(arena, 130, 70, random));
        SpikeMatrix first = Matrices.spikes(arena, 300, 70, 0.9, random);
        SpikeMatrix second = Matrices.spikes(arena, 1_100, 70, 0.9, random); // too many to be laid out at once
        FloatMatrix between = FloatMatrix.zeros(arena, 1_100, 130);
        PreparedSpikes others = new PreparedSpikes(arena, 1);
        SpikeMatmul.prepare(first, 300, first.count(0, 300), 0, some, workspace.prepared());
        assertTrue(workspace.prepared().isOf(first, 300, 0, some));
        SpikeMatmul.prepare(second, 1_100, second.count(0, 1_100), 0, some, others);
        SpikeMatmul.multiply(others, second, 1_100, some, Tile.whole(between), workspace);
        assertFalse(workspace.prepared().isOf(first, 300, 0, some));
        assertIllegalState(
                "nothing is prepared, expected 300 for 70 -> 130",
                () -> SpikeMatmul.multiply(workspace.prepared(), first, 300, some, Tile.whole(between), workspace));

        SpikeMatmul.prepare(first, 300, first.count(0, 300), 0, some, workspace.prepared());
        IntegerMatrix items = IntegerMatrix.nearest(ElementType.INT8, Matrices.uniform(arena, 130, 70, random));
        PackedIntegers integers = PackedIntegers.pack(arena, items, FloatMatrix.zeros(arena, 1, 130));
        IntegerMatmul.multiply(second, 1_100, integers, Tile.whole(between), workspace);
        assertFalse(workspace.prepared().isOf(first, 300, 0, some));
    }

    /** Place and version identify content: an object may hold other spikes, and another object equal spikes. */
    @Test
    void whatIsPreparedIsKnownByItsVersion() {
        Random random = new Random(6);
        PackedWeights some = PackedWeights.pack(arena, Matrices.uniform(arena, 130, 70, random));
        PackedWeights alike = PackedWeights.pack(arena, Matrices.uniform(arena, 130, 70, random));
        PackedWeights narrow = PackedWeights.pack(arena, Matrices.uniform(arena, 13, 70, random));
        SpikeMatrix rows = Matrices.spikes(arena, 40, 70, 0.4, random);
        PreparedSpikes prepared = new PreparedSpikes(arena, 1);
        assertFalse(prepared.isOf(rows, 20, 0, some));
        SpikeMatmul.prepare(rows, 20, rows.count(0, 20), 7, some, prepared);
        assertTrue(prepared.isOf(rows, 20, 7, some));
        assertTrue(prepared.isOf(rows.rows(0, 30), 20, 7, alike));
        assertFalse(prepared.isOf(rows, 20, 8, some), "rows that were written since");
        assertFalse(prepared.isOf(rows.rows(1, 30), 20, 7, some), "other rows");
        assertFalse(prepared.isOf(rows, 19, 7, some), "fewer rows");
        assertFalse(prepared.isOf(rows, 20, 7, narrow), "other outputs");
        FloatMatrix expected = FloatMatrix.zeros(arena, 20, 130);
        FloatMatrix found = FloatMatrix.zeros(arena, 20, 130);
        SpikeMatmul.scalar(rows, 0, 20, alike, Tile.whole(expected));
        SpikeMatmul.multiply(prepared, rows, 20, alike, Tile.whole(found), workspace);
        Matrices.assertSameBits(expected, found, "currents of other weights of this shape");
    }

    @ParameterizedTest
    @CsvSource({
        "zen3, 1, 0.9, ACTIVE",
        "zen3, 8, 0.5, ACTIVE",
        "zen3, 16, 0.5, WIDE",
        "zen3, 25, 0.1, ACTIVE",
        "zen3, 2048, 0.02, ACTIVE",
        "zen3, 2048, 0.12, LISTS",
        "zen3, 2048, 0.5, WIDE",
        "sapphire-rapids, 16, 0.1, ACTIVE",
        "sapphire-rapids, 16, 0.5, WIDE",
        "sapphire-rapids, 64, 0.5, WIDE",
        "sapphire-rapids, 200, 0.5, WIDE",
        "sapphire-rapids, 25600, 0.15, LISTS",
        "zen4, 16, 0.5, WIDE",
        "zen4, 25600, 0.02, ACTIVE",
    })
    void tablesNeedDensityAndRows(String costs, int rows, double density, SpikeMatmul.Variant expected) {
        assumeTrue(SimdWidth.VECTOR, "there is a choice");
        assertEquals(expected, Start.choose(CostConstants.of(costs), rows, 784, 1_000, (long) (density * rows * 784)));
    }

    @Test
    void tablesAreOfNoUseWithoutSpikes() {
        assumeTrue(SimdWidth.VECTOR, "there is a choice");
        for (String costs : new String[] {"zen3", "zen4", "zen5", "sapphire-rapids", "lanes4"}) {
            CostConstants of = CostConstants.of(costs);
            long all = Integer.MAX_VALUE * (1L << 20);
            assertEquals(SpikeMatmul.Variant.ACTIVE, Start.choose(of, 1_000, 784, 1_000, 0), costs);
            assertNotEquals(
                    SpikeMatmul.Variant.ACTIVE,
                    Start.choose(of, Integer.MAX_VALUE, 1 << 20, 1_000, all),
                    "sizes do not overflow");
        }
    }

    /** The variant is learned; the choice by constants has its own test. */
    @Test
    void namesTheVariantThatServes() {
        List<String> all = SimdWidth.VECTOR
                ? Arrays.stream(SpikeMatmul.Variant.values())
                        .map(each -> each.name().toLowerCase(Locale.ROOT))
                        .toList()
                : List.of("scalar");
        for (long active : new long[] {784, 128 * 784}) {
            String variant = SpikeMatmul.variant(256, 784, 1_000, active);
            assertTrue(all.contains(variant), variant);
        }
    }

    /** The table of an input's group must come from one vector, and the spikes of 16 rows must fit the workspace. */
    @Test
    void moreInputsThanFitTheWorkspaceOfPermutationsAreServedByTables() {
        int most = SpikePermuteVector.MOST_INPUTS;
        assertNotEquals("permute", SpikeMatmul.variant(64, most + 1, 1_000, 32L * most));
    }

    /** Four rows with many spikes are multiplied as numbers if this was measured to be fastest. */
    @Test
    void fewRowsWithManySpikesAreServedByNumbers() {
        assumeTrue(SimdWidth.VECTOR, "there is a choice");
        CostConstants costs = CostConstants.of("zen5");
        for (int rows : new int[] {4, 8}) {
            assertEquals(SpikeMatmul.Variant.DENSE, Start.choose(costs, rows, 784, 1_000, rows * 700L), rows + " rows");
        }
        assertEquals(SpikeMatmul.Variant.ACTIVE, Start.choose(costs, 4, 784, 1_000, 4 * 78L));
        int most = SpikeLister.BYTES / 16;
        assertNotEquals(
                SpikeMatmul.Variant.DENSE,
                Start.choose(costs, 4, most + 16, 1_000, 4L * most),
                "a row's factors have room");
    }

    /**
     * Few outputs: 200 rows of 1000 -> 10 at density 0.02 take 16 us by active inputs and 36 by tables; 8 rows of 784
     * -> 10 at density 0.5 take 3.8, or 9.9 if each call has other spikes, and 3.1 by tables (Zen 5, 512 bits,
     * 2026-11).
     */
    @ParameterizedTest
    @CsvSource({"200, 1000, 0.02, ACTIVE", "8, 784, 0.05, ACTIVE", "1, 784, 0.9, ACTIVE", "8, 784, 0.5, NARROW"})
    void fewOutputsAreServedByWhatIsFast(int rows, int inputs, double density, SpikeMatmul.Variant fast) {
        long active = Math.round(rows * inputs * density);
        if (SimdWidth.bits() == SimdWidth.WIDEST) {
            assertEquals(fast, Start.choose(CostConstants.of("zen5"), rows, inputs, 10, active));
        }
    }

    /**
     * A product by 0 adds a zero, which must not turn a bias of -0 into 0, or an infinite weight of a silent input into
     * NaN.
     */
    @Test
    void numbersGiveWayToActiveInputsWhereZerosMatter() {
        Product product = new Product(arena, 5, 20, 130, 0.5, Product.Weights.SIGNED_ZEROS, 3);
        product.variants().forEach((name, variant) -> assertSameBits(product.expected(), product.whole(variant), name));
        Product infinite = new Product(arena, 5, 20, 130, 0.5, Product.Weights.UNIFORM, 3);
        long from = infinite.packed.blockOffset(1) + 7L * PackedWeights.BLOCK_BYTES;
        infinite.packed.segment().set(ValueLayout.JAVA_FLOAT, from, Float.POSITIVE_INFINITY);
        infinite.weights.set(PackedWeights.BLOCK, 7, Float.POSITIVE_INFINITY);
        infinite.variants()
                .forEach((name, variant) -> assertSameBits(infinite.expected(), infinite.whole(variant), name));
    }

    /** A tile has the bits of its blocks, and zeros after the last output, whatever it held before. */
    @Test
    void aTileHoldsTheBlocksInTheRange() {
        SpikeMatmul.multiply(spikes, spikes.rows(), weights, Tile.whole(current), workspace);
        FloatMatrix tile = FloatMatrix.zeros(arena, 3, 128);
        for (int first = 0; first < 2; first++) {
            tile.fill(Float.NaN);
            SpikeMatmul.multiply(
                    spikes, 3, weights, Tile.of(tile, weights.outputs()).at(first, first + 2), workspace);
            for (int row = 0; row < 3; row++) {
                for (int column = 0; column < 128; column++) {
                    int output = first * 64 + column;
                    assertEquals(output < 130 ? current.get(row, output) : 0, tile.get(row, column));
                }
            }
        }
    }

    @Test
    void refusesShapesThatDoNotFit() {
        assertInvalid(
                "spikes is [3 x 71], expected [3 x 70]",
                () -> SpikeMatmul.multiply(
                        SpikeMatrix.zeros(arena, 3, 71), 3, weights, Tile.whole(current), workspace));
        assertInvalid(
                "current has 2 rows, expected at least 3 and at least 1 in use",
                () -> SpikeMatmul.multiply(
                        spikes, spikes.rows(), weights, Tile.whole(FloatMatrix.zeros(arena, 2, 130)), workspace));
        assertInvalid(
                "current is [3 x 129], expected [3 x 130]",
                () -> SpikeMatmul.multiply(
                        spikes,
                        3,
                        weights,
                        Tile.whole(FloatMatrix.zeros(arena, 3, 129)).at(0, 1),
                        workspace));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 0", "2, 1", "0, 4", "3, 4"})
    void refusesBlocksOutside(int first, int end) {
        assertInvalid(
                "block range is [" + first + ", " + end + "), expected a part of [0, 3)",
                () -> SpikeMatmul.multiply(
                        spikes, 3, weights, Tile.whole(current).at(first, end), workspace));
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "4"})
    void refusesRowsThatAreNotThere(int rows) {
        assertInvalid(
                "spikes has 3 rows, expected at least " + rows + " and at least 1 in use",
                () -> SpikeMatmul.multiply(
                        spikes, rows, weights, Tile.whole(current).at(0, 1), workspace));
    }

    @Test
    void refusesMemoryOfAClosedArena() {
        Arena other = Arena.ofConfined();
        PackedWeights gone = PackedWeights.pack(other, FloatMatrix.zeros(arena, 130, 70));
        FloatMatrix nowhere = FloatMatrix.zeros(other, 3, 130);
        other.close();
        assertIllegalState(
                "the arena of current is closed",
                () -> SpikeMatmul.multiply(spikes, spikes.rows(), weights, Tile.whole(nowhere), workspace));
        assertIllegalState(
                "the arena of packed weights is closed",
                () -> SpikeMatmul.multiply(spikes, spikes.rows(), gone, Tile.whole(current), workspace));
    }

    @Test
    void refusesTheConfinedArenaOfAnotherThread() {
        Throwable thrown = onOtherThread(
                "stranger", () -> SpikeMatmul.multiply(spikes, spikes.rows(), weights, Tile.whole(current), workspace));
        assertInstanceOf(WrongThreadException.class, thrown);
        assertEquals(
                "the arena of spikes is confined to another thread, expected Arena.ofShared() for use from stranger",
                thrown.getMessage());
    }
}
