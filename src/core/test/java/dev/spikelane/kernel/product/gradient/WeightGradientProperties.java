package dev.spikelane.kernel.product.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseCase;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.spike.Product;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Gradients of weights equal the specification bit for bit, for any cut of a run into calls. */
@EveryWidth
@FewerTries
class WeightGradientProperties extends KernelCase {

    private static final double[] DENSITIES = {0, 0.03, 0.15, 0.3, 1};

    @ComparesVectors
    @Property(tries = 40)
    void spikesFollowTheSpecification(
            @UpTo(9) int batch, @UpTo(20) int steps, @UpTo(140) int inputs, @UpTo(140) int outputs, @ForAll long seed) {
        Random random = new Random(seed);
        double density = DENSITIES[random.nextInt(DENSITIES.length)];
        SpikeMatrix source = Matrices.spikes(arena, steps * batch, inputs, density, random);
        check(arena, source, batch, outputs, random);
    }

    @ComparesVectors
    @Property(tries = 40)
    void valuesFollowTheSpecification(
            @UpTo(9) int batch, @UpTo(9) int steps, @UpTo(140) int inputs, @UpTo(140) int outputs, @ForAll long seed) {
        Random random = new Random(seed);
        check(arena, gradients(arena, steps * batch, inputs, random), batch, outputs, random);
    }

    /** Known numbers, because scalar runs only compare the specification with itself. */
    @Test
    void fourSamplesAreSummedBeforeTheyAreAdded() {
        PackedWeights found = PackedWeights.zeros(arena, 1, 1);
        found.packed().set(0, 0, 0x1p26f); // 8 more is the next number, and 4 is rounded away
        found.bias().set(0, 0, 0x1p26f);
        WeightGradient kernel = new WeightGradient(arena, 1, 1, 1);
        kernel.prepare(Matrices.spikes(arena, 4, 1, 1, new Random(1)), 4);
        add(kernel, FloatMatrix.copyOf(4, 1, new float[] {2, 2, 2, 2}), found);
        assertEquals(0x1p26f + 8, found.weight(0, 0));
        assertEquals(0x1p26f + 8, found.bias(0));
    }

    /** The last block has few outputs and shorter tables, in the memory of the previous block's tables. */
    @Test
    void tablesOfFewOutputsForgetThoseOfMany() {
        Random random = new Random(1);
        SpikeMatrix source = Matrices.spikes(arena, 3 * 4, 70, 1, random);
        FloatMatrix values = Matrices.uniform(arena, 3 * 4, PackedWeights.BLOCK + 1, random);
        follows(arena, source, 4, values, 1, 0);
    }

    private static void check(Arena arena, Signal source, int batch, int outputs, Random random) {
        FloatMatrix values = gradients(arena, source.rows(), outputs, random);
        int threads = 1 + random.nextInt(3);
        follows(arena, source, batch, values, threads, random.nextInt(source.rows() / batch + 1) * batch);
    }

    private static void follows(Arena arena, Signal source, int batch, FloatMatrix values, int threads, int cut) {
        int rows = source.rows();
        int steps = rows / batch;
        int outputs = values.columns();
        WeightGradient kernel = new WeightGradient(arena, source.columns(), outputs, threads);
        PackedWeights found = PackedWeights.zeros(arena, source.columns(), outputs);
        if (cut < rows) {
            kernel.prepare(source.rows(cut, rows - cut), batch);
            add(kernel, values.rows(cut, rows - cut), found);
        }
        if (cut > 0) {
            kernel.prepare(source.rows(0, cut), batch);
            add(kernel, values.rows(0, cut), found);
        }
        PackedWeights expected = PackedWeights.zeros(arena, source.columns(), outputs);
        for (int block = 0; block < expected.blocks(); block++) {
            if (source instanceof SpikeMatrix spikes) {
                ScalarWeightGradient.add(spikes, Tile.whole(values), steps, batch, expected, block);
            } else {
                ScalarWeightGradient.add((FloatMatrix) source, Tile.whole(values), steps, batch, expected, block);
            }
            ScalarWeightGradient.addBias(Tile.whole(values), steps, batch, 4, expected.bias(), block);
        }
        same(expected, found);
    }

    /** Skipped zeros have no effect, even on the sign of a zero or beside numbers that are not finite. */
    @ComparesVectors
    @Property(tries = 40)
    void framesFollowTheSpecification(
            @UpTo(9) int batch, @UpTo(230) int inputs, @UpTo(140) int outputs, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix frame = gradients(arena, batch, inputs, random);
        double density = DENSITIES[random.nextInt(DENSITIES.length)];
        for (int row = 0; row < batch; row++) {
            for (int input = 0; input < inputs; input++) {
                if (random.nextDouble() >= density) {
                    frame.set(row, input, 0);
                }
            }
        }
        FloatMatrix values = gradients(arena, batch, outputs, random);
        WeightGradient kernel = new WeightGradient(arena, inputs, outputs, 1 + random.nextInt(3));
        PackedWeights found = PackedWeights.zeros(arena, inputs, outputs);
        kernel.prepareFrame(frame, 0, null);
        add(kernel, values, found);
        PackedWeights expected = PackedWeights.zeros(arena, inputs, outputs);
        for (int block = 0; block < expected.blocks(); block++) {
            ScalarWeightGradient.add(frame, Tile.whole(values), 1, batch, expected, block);
            ScalarWeightGradient.addBias(Tile.whole(values), 1, batch, 1, expected.bias(), block);
        }
        same(expected, found);
        PackedWeights weights =
                Product.packed(arena, gradients(arena, outputs, inputs, random), gradients(arena, 1, outputs, random));
        PreparedFrame prepared = new PreparedFrame(arena, 1);
        if (prepared.take(frame, 0)) {
            FloatMatrix current = FloatMatrix.zeros(arena, batch, outputs);
            FloatMatrix wanted = FloatMatrix.zeros(arena, batch, outputs);
            prepared.multiply(weights, Tile.whole(current), 0);
            DenseMatmul.scalar(frame, frame.rows(), weights, Tile.whole(wanted));
            for (int row = 0; row < batch; row++) {
                for (int output = 0; output < outputs; output++) {
                    same(wanted.get(row, output), current.get(row, output), "row " + row + ", output " + output);
                }
            }
        }
    }

    /** The same object may hold another frame: lists of the old frame must not be used. */
    @Test
    void whatWasFoundOfAFrameServesOnlyItsVersion() {
        int inputs = 70;
        FloatMatrix frame = FloatMatrix.zeros(arena, 2, inputs);
        frame.set(0, 3, 2);
        PreparedFrame prepared = new PreparedFrame(arena, 1);
        prepared.take(frame, 1);
        frame.set(0, 3, 0);
        frame.set(1, 5, 4);
        FloatMatrix values = gradients(arena, 2, 9, new Random(1));
        WeightGradient kernel = new WeightGradient(arena, inputs, 9, 1);
        PackedWeights found = PackedWeights.zeros(arena, inputs, 9);
        kernel.prepareFrame(frame, 2, prepared);
        add(kernel, values, found);
        PackedWeights expected = PackedWeights.zeros(arena, inputs, 9);
        ScalarWeightGradient.add(frame, Tile.whole(values), 1, 2, expected, 0);
        ScalarWeightGradient.addBias(Tile.whole(values), 1, 2, 1, expected.bias(), 0);
        same(expected, found);
    }

    private static void add(WeightGradient kernel, FloatMatrix values, PackedWeights found) {
        prepare(kernel);
        for (int block = 0; block < found.blocks(); block++) {
            for (int share = kernel.shares() - 1; share >= 0; share--) {
                kernel.add(Tile.whole(values), found, found.bias(), block, share, 0);
            }
        }
    }

    private static void prepare(WeightGradient kernel) {
        for (int parts = kernel.parts(); parts > 0; parts = kernel.parts()) {
            for (int part = parts - 1; part >= 0; part--) {
                kernel.preparePart(part, 0);
            }
        }
    }

    /** A sink receives the stored gradients, from whole rows or tiles. */
    @ComparesVectors
    @Property(tries = 60)
    void sinksTakeWhatIsStored(
            @UpTo(9) int batch, @UpTo(9) int steps, @UpTo(210) int inputs, @UpTo(140) int outputs, @ForAll long seed) {
        Random random = new Random(seed);
        int kind = random.nextInt(3);
        int rows = kind == 2 ? batch : steps * batch;
        Signal source =
                kind == 0 ? Matrices.spikes(arena, rows, inputs, 0.3, random) : gradients(arena, rows, inputs, random);
        FloatMatrix values = gradients(arena, rows, outputs, random);
        WeightGradient stores = new WeightGradient(arena, inputs, outputs, 1 + random.nextInt(3));
        WeightGradient gives = new WeightGradient(arena, inputs, outputs, 1 + random.nextInt(3));
        gives.setGives(null);
        for (WeightGradient each : new WeightGradient[] {stores, gives}) {
            if (kind == 2) {
                each.prepareFrame((FloatMatrix) source, 0, null);
            } else {
                each.prepare(source, batch);
            }
        }
        PackedWeights expected = PackedWeights.zeros(arena, inputs, outputs);
        add(stores, values, expected);
        PackedWeights found = PackedWeights.zeros(arena, inputs, outputs);
        prepare(gives);
        for (int block = 0; block < found.blocks(); block++) {
            FloatMatrix tile = FloatMatrix.zeros(arena, rows, PackedWeights.BLOCK);
            for (int row = 0; row < rows; row++) {
                for (int i = block * PackedWeights.BLOCK;
                        i < Math.min(outputs, (block + 1) * PackedWeights.BLOCK);
                        i++) {
                    tile.set(row, i % PackedWeights.BLOCK, values.get(row, i));
                }
            }
            GradientSink sink = (gradients, from, first, end) -> MemorySegment.copy(
                    gradients, from, found.segment(), first * Float.BYTES, (end - first) * Float.BYTES);
            Tile given = random.nextBoolean() ? Tile.of(tile, outputs).at(block, block + 1) : Tile.whole(values);
            for (int share = 0; share < gives.shares(); share++) {
                gives.give(given, found.bias(), sink, block, share, 0);
            }
        }
        same(expected, found);
    }

    /** Several steps at a time, from a tile of only these steps, equal all steps at once. */
    @ComparesVectors
    @Property(tries = 60)
    void turnsGiveWhatIsStored(
            @UpTo(34) int batch,
            @UpTo(20) int steps,
            @UpTo(140) int inputs,
            @UpTo(value = 200, from = 33) int outputs,
            @ForAll long seed) {
        Random random = new Random(seed);
        double density = DENSITIES[random.nextInt(DENSITIES.length)];
        SpikeMatrix source = Matrices.spikes(arena, steps * batch, inputs, density, random);
        FloatMatrix values = gradients(arena, steps * batch, outputs, random);
        int groups = Math.ceilDiv(batch, 4);
        int whole = random.nextInt(1, 4) * SpikeLists.GROUPS / Integer.lowestOneBit(groups | SpikeLists.GROUPS);
        int turn = random.nextBoolean() ? whole : random.nextInt(1, 24);
        WeightGradient stores = new WeightGradient(arena, inputs, outputs, 1);
        stores.prepare(source, batch);
        PackedWeights expected = PackedWeights.zeros(arena, inputs, outputs);
        add(stores, values, expected);

        WeightGradient gives = new WeightGradient(arena, inputs, outputs, 1);
        gives.setGives(null);
        gives.prepare(source, batch);
        prepare(gives);
        int together = random.nextInt(1, 4);
        boolean fits = turn >= steps || turn * groups % SpikeLists.GROUPS == 0;
        assertEquals(fits, gives.takesTurns(turn, together));
        if (fits) {
            PackedWeights found = PackedWeights.zeros(arena, inputs, outputs);
            for (int block = 0; block < found.blocks(); block += together) {
                giveInTurns(
                        gives,
                        values,
                        steps,
                        new Blocks(block, Math.min(block + together, found.blocks())),
                        turn,
                        found);
            }
            same(expected, found);
        }
    }

    private record Blocks(int first, int end) {}

    private static void giveInTurns(
            WeightGradient gives, FloatMatrix values, int steps, Blocks blocks, int turn, PackedWeights found) {
        int outputs = values.columns();
        int batch = values.rows() / steps;
        FloatMatrix room = FloatMatrix.zeros(turn * batch, (blocks.end - blocks.first) * PackedWeights.BLOCK);
        Tile tile = Tile.of(room, outputs).at(blocks.first, blocks.end);
        GradientSink sink = (gradients, from, first, end) ->
                MemorySegment.copy(gradients, from, found.segment(), first * Float.BYTES, (end - first) * Float.BYTES);
        for (int end = steps; end > 0; end -= turn) {
            int first = Math.max(0, end - turn);
            tile.copyFrom(values, first * batch, 0, (end - first) * batch);
            gives.giveSteps(tile, found.bias(), sink, first, end, 0);
        }
    }

    private static void same(PackedWeights expected, PackedWeights found) {
        for (int output = 0; output < expected.outputs(); output++) {
            same(expected.bias(output), found.bias(output), "bias " + output);
            for (int input = 0; input < expected.inputs(); input++) {
                same(
                        expected.weight(output, input),
                        found.weight(output, input),
                        "output " + output + ", input " + input);
            }
        }
        for (int row = 0; row < found.packed().rows(); row++) {
            for (int lane = 0; lane < PackedWeights.BLOCK; lane++) {
                boolean pad = row % found.paddedInputs() >= found.inputs()
                        || row / found.paddedInputs() * PackedWeights.BLOCK + lane >= found.outputs();
                if (pad) {
                    assertEquals(0f, found.packed().get(row, lane), "padding of row " + row + ", lane " + lane);
                }
            }
        }
    }

    private static void same(float expected, float found, String where) {
        if (Float.floatToIntBits(expected) != Float.floatToIntBits(found)) {
            assertEquals(expected, found, where);
        }
    }

    /** Gradients, some NaN, infinite, or so small that products are signed zeros. */
    private static FloatMatrix gradients(Arena arena, int rows, int columns, Random random) {
        DenseCase.Kind[] kinds = DenseCase.Kind.values();
        DenseCase.Kind kind = kinds[random.nextInt(kinds.length)];
        return DenseCase.matrix(arena, DenseCase.values(rows, columns, kind, random), false);
    }
}
