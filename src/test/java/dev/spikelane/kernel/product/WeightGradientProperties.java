package dev.spikelane.kernel.product;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Matrices;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.Tile;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Gradients of weights follow the specification bit for bit, and do not depend on how a run is cut into calls. */
class WeightGradientProperties {

    private static final double[] DENSITIES = {0, 0.03, 0.3, 1};

    @ComparesVectors
    @Property(tries = 40)
    void spikesFollowTheSpecification(
            @ForAll @IntRange(min = 1, max = 9) int batch,
            @ForAll @IntRange(min = 1, max = 20) int steps,
            @ForAll @IntRange(min = 1, max = 140) int inputs,
            @ForAll @IntRange(min = 1, max = 140) int outputs,
            @ForAll long seed) {
        Random random = new Random(seed);
        try (Arena arena = Arena.ofShared()) {
            double density = DENSITIES[random.nextInt(DENSITIES.length)];
            SpikeMatrix source = Matrices.spikes(arena, steps * batch, inputs, density, random);
            check(arena, source, batch, outputs, random);
        }
    }

    @ComparesVectors
    @Property(tries = 40)
    void valuesFollowTheSpecification(
            @ForAll @IntRange(min = 1, max = 9) int batch,
            @ForAll @IntRange(min = 1, max = 9) int steps,
            @ForAll @IntRange(min = 1, max = 140) int inputs,
            @ForAll @IntRange(min = 1, max = 140) int outputs,
            @ForAll long seed) {
        Random random = new Random(seed);
        try (Arena arena = Arena.ofShared()) {
            check(arena, Matrices.uniform(arena, steps * batch, inputs, random), batch, outputs, random);
        }
    }

    private static void check(Arena arena, Signal source, int batch, int outputs, Random random) {
        int rows = source.rows();
        int steps = rows / batch;
        FloatMatrix values = Matrices.uniform(arena, rows, outputs, random);
        WeightGradient kernel = new WeightGradient(arena, source.columns(), outputs, 1);
        PackedWeights found = PackedWeights.zeros(arena, source.columns(), outputs);
        int cut = random.nextInt(steps + 1) * batch;
        if (cut < rows) {
            kernel.prepare(source.rows(cut, rows - cut), batch);
            kernel.add(values.rows(cut, rows - cut), found, 0, found.blocks(), 0);
        }
        if (cut > 0) {
            kernel.prepare(source.rows(0, cut), batch);
            kernel.add(values.rows(0, cut), found, 0, found.blocks(), 0);
        }
        PackedWeights expected = PackedWeights.zeros(arena, source.columns(), outputs);
        for (int block = 0; block < expected.blocks(); block++) {
            if (source instanceof SpikeMatrix spikes) {
                WeightGradient.scalar(spikes, values, steps, batch, expected, block);
            } else {
                WeightGradient.scalar((FloatMatrix) source, values, steps, batch, expected, block);
            }
            WeightGradient.scalarBias(values, steps, batch, 4, expected, block);
        }
        same(expected, found);
    }

    /** The sign of a zero may differ where zeros of the frame are skipped. */
    @ComparesVectors
    @Property(tries = 40)
    void framesFollowTheSpecification(
            @ForAll @IntRange(min = 1, max = 9) int batch,
            @ForAll @IntRange(min = 1, max = 230) int inputs,
            @ForAll @IntRange(min = 1, max = 140) int outputs,
            @ForAll long seed) {
        Random random = new Random(seed);
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix frame = Matrices.uniform(arena, batch, inputs, random);
            double density = DENSITIES[random.nextInt(DENSITIES.length)];
            for (int row = 0; row < batch; row++) {
                for (int input = 0; input < inputs; input++) {
                    if (random.nextDouble() >= density) {
                        frame.set(row, input, 0);
                    }
                }
            }
            FloatMatrix values = Matrices.uniform(arena, batch, outputs, random);
            WeightGradient kernel = new WeightGradient(arena, inputs, outputs, 1);
            PackedWeights found = PackedWeights.zeros(arena, inputs, outputs);
            kernel.prepareFrame(frame);
            kernel.add(values, found, 0, found.blocks(), 0);
            PackedWeights expected = PackedWeights.zeros(arena, inputs, outputs);
            for (int block = 0; block < expected.blocks(); block++) {
                WeightGradient.scalar(frame, values, 1, batch, expected, block);
                WeightGradient.scalarBias(values, 1, batch, 1, expected, block);
            }
            same(expected, found);
            PackedWeights weights = PackedWeights.pack(
                    arena,
                    Matrices.uniform(arena, outputs, inputs, random),
                    Matrices.uniform(arena, 1, outputs, random));
            if (kernel.openFrame(frame)) {
                FloatMatrix current = FloatMatrix.zeros(arena, batch, outputs);
                FloatMatrix wanted = FloatMatrix.zeros(arena, batch, outputs);
                kernel.multiply(frame, weights, 0, weights.blocks(), current, 0);
                DenseMatmul.multiply(frame, frame.rows(), weights, Tile.whole(wanted));
                for (int row = 0; row < batch; row++) {
                    for (int output = 0; output < outputs; output++) {
                        same(wanted.get(row, output), current.get(row, output), "row " + row + ", output " + output);
                    }
                }
            }
        }
    }

    private static void same(PackedWeights expected, PackedWeights found) {
        for (int output = 0; output < expected.post(); output++) {
            same(expected.bias(output), found.bias(output), "bias " + output);
            for (int input = 0; input < expected.pre(); input++) {
                same(
                        expected.weight(output, input),
                        found.weight(output, input),
                        "output " + output + ", input " + input);
            }
        }
        for (int row = 0; row < found.packed().rows(); row++) {
            for (int lane = 0; lane < PackedWeights.BLOCK; lane++) {
                boolean pad = row % found.paddedPre() >= found.pre()
                        || row / found.paddedPre() * PackedWeights.BLOCK + lane >= found.post();
                if (pad) {
                    assertEquals(0f, found.packed().get(row, lane), "padding of row " + row + ", lane " + lane);
                }
            }
        }
    }

    private static void same(float expected, float found, String where) {
        if (expected != found) {
            assertEquals(expected, found, where);
        }
    }
}
