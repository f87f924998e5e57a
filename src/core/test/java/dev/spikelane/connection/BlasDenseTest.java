package dev.spikelane.connection;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static dev.spikelane.Matrices.spikes;
import static dev.spikelane.Matrices.uniform;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

@EveryWidth
final class BlasDenseTest extends KernelCase {

    private final Random random = new Random(20261124);

    private static void assumeAvailable() {
        assumeTrue(OpenBlas.isAvailable(), () -> "OpenBLAS is not available: " + OpenBlas.describe());
    }

    @Test
    void currentsAreCloseToThoseOfDense() {
        assumeAvailable();
        for (int inputs : new int[] {1, 63, 65, 784}) {
            for (int outputs : new int[] {1, 64, 130, 300}) {
                Dense dense = dense(inputs, outputs);
                Operator blas = bound(dense.byOpenBlas(), inputs);
                for (int rows : new int[] {1, 2, 255, 256, 257}) {
                    SpikeMatrix spikes = spikes(arena, rows + 1, inputs, random.nextDouble(), random);
                    assertClose(currents(bound(dense, inputs), spikes, rows), currents(blas, spikes, rows), inputs);
                }
            }
        }
    }

    @Test
    void currentsOfAnalogInputAreCloseToThoseOfDense() {
        assumeAvailable();
        for (int inputs : new int[] {1, 65, 784}) {
            for (int outputs : new int[] {1, 64, 130}) {
                Dense dense = dense(inputs, outputs);
                Operator blas = bound(dense.byOpenBlas(), inputs);
                for (int rows : new int[] {1, 2, 257}) {
                    FloatMatrix input = uniform(arena, rows + 1, inputs, random);
                    FloatMatrix expected = FloatMatrix.zeros(arena, rows, outputs);
                    FloatMatrix tile = FloatMatrix.zeros(arena, rows, 256);
                    int blocks = (outputs + 63) / 64;
                    Operator own = bound(dense, inputs);
                    own.multiply(input, rows, Tile.whole(expected), new Scratch(arena));
                    blas.multiply(input, rows, Tile.of(tile, outputs).at(0, blocks), new Scratch(arena));
                    FloatMatrix actual = FloatMatrix.zeros(arena, rows, outputs);
                    for (int row = 0; row < rows; row++) {
                        for (int column = 0; column < 256; column++) {
                            if (column < outputs) {
                                actual.set(row, column, tile.get(row, column));
                            } else {
                                assertEquals(0, tile.get(row, column));
                            }
                        }
                    }
                    assertClose(expected, actual, inputs);
                }
            }
        }
    }

    @Test
    void blocksAndTilesHoldTheSame() {
        assumeAvailable();
        Operator blas = bound(dense(100, 200).byOpenBlas(), 100);
        SpikeMatrix spikes = spikes(arena, 7, 100, 0.3, random);
        FloatMatrix all = currents(blas, spikes, 7);
        Scratch scratch = new Scratch(arena);
        FloatMatrix blocks = FloatMatrix.zeros(arena, 7, 200);
        FloatMatrix tile = FloatMatrix.zeros(arena, 7, 64);
        for (int block = 0; block < 4; block++) {
            blas.multiply(spikes, 7, Tile.whole(blocks).at(block, block + 1), scratch);
            tile.fill(0);
            blas.multiply(spikes, 7, Tile.of(tile, 200).at(block, block + 1), scratch);
            for (int row = 0; row < 7; row++) {
                for (int column = 0; column < 64; column++) {
                    int output = block * 64 + column;
                    assertEquals(output < 200 ? blocks.get(row, output) : 0, tile.get(row, column));
                }
            }
        }
        assertClose(all, blocks, 100);
    }

    @Test
    void spikesMayCarryOtherValues() {
        assumeAvailable();
        Dense dense = dense(70, 90);
        Parameter values = Parameter.of(uniform(arena, 1, 70, random).toArray());
        SpikeMatrix spikes = spikes(arena, 5, 70, 0.5, random);
        Operator scaled = bound(dense.byOpenBlas(), values);
        assertClose(currents(bound(dense, values), spikes, 5), currents(scaled, spikes, 5), 70);
    }

    @Test
    void aNetworkRunsOnTwoThreads() {
        assumeAvailable();
        int steps = 300;
        SpikeMatrix input = spikes(arena, steps * 2, 784, 0.2, random);
        Dense dense = dense(784, 300);
        FloatMatrix expected = membranes(dense, simulation -> simulation.run(input), steps, 1);
        FloatMatrix analog = uniform(arena, steps * 2, 784, random);
        FloatMatrix expectedOfAnalog = membranes(dense, simulation -> simulation.run(analog), steps, 1);
        // Without a reachable threshold, no small difference becomes a spike.
        for (int threads = 1; threads <= 2; threads++) {
            Dense.ByOpenBlas blas = dense.byOpenBlas();
            assertClose(expected, membranes(blas, simulation -> simulation.run(input), steps, threads), 784);
            assertClose(expectedOfAnalog, membranes(blas, simulation -> simulation.run(analog), steps, threads), 784);
        }
    }

    private FloatMatrix membranes(Connection connection, Consumer<Simulation> run, int steps, int threads) {
        Network network = Networks.of(arena, 784, by(connection, new Leaky(0.5f).withThreshold(1e6f)));
        try (Simulation simulation = network.simulate(2, threads)) {
            Population.VariableRecorder recorder = simulation.recordMembranes(0, steps);
            run.accept(simulation);
            FloatMatrix copy = FloatMatrix.zeros(arena, steps * 2, 300);
            copy.copyFrom(recorder.values());
            return copy;
        }
    }

    @Test
    void isChosenExplicitly() {
        assumeAvailable();
        Network network =
                Networks.of(20, by(Dense.linear(20, 10, new TorchRandom(1)).byOpenBlas(), new Leaky(0.9f)));
        assertEquals(
                "dense by OpenBLAS 20 -> 10",
                network.projections().getFirst().path().getFirst().toString());
        assertSameBits(
                Dense.linear(20, 10, new TorchRandom(1)).weights(),
                network.weights().get("fc1.weight"),
                "weights");
    }

    @Test
    void saysWhenOpenBlasIsMissing() {
        assumeFalse(OpenBlas.isAvailable(), "OpenBLAS is available");
        String message = "OpenBLAS is not available: " + OpenBlas.describe();
        assertIllegalState(message, () -> dense(2, 2).byOpenBlas());
        assertIllegalState(message, () -> Dense.linear(2, 2, new TorchRandom(1)).byOpenBlas());
    }

    @Test
    void refusesShapesThatDoNotFit() {
        assumeAvailable();
        Operator blas = bound(dense(70, 90).byOpenBlas(), 70);
        Scratch scratch = new Scratch(arena);
        FloatMatrix current = FloatMatrix.zeros(arena, 4, 90);
        assertInvalid(
                "spikes is [4 x 71], expected [4 x 70]",
                () -> blas.multiply(
                        SpikeMatrix.zeros(arena, 4, 71), 4, Tile.whole(current).at(0, 2), scratch));
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 70);
        assertInvalid(
                "block range is [1, 3), expected a part of [0, 2)",
                () -> blas.multiply(spikes, 4, Tile.whole(current).at(1, 3), scratch));
        assertInvalid(
                "input is [4 x 90], expected [4 x 70]",
                () -> blas.multiply(current, 4, Tile.whole(current).at(0, 2), scratch));
        FloatMatrix square = scratch.matrix(256, 90);
        assertInvalid(
                "current shares memory with workspace, expected memory of its own",
                () -> square().multiply(
                                SpikeMatrix.zeros(arena, 4, 90),
                                4,
                                Tile.whole(square).at(0, 2),
                                scratch));
        assertInvalid(
                "current shares memory with input, expected memory of its own",
                () -> square().multiply(square, 4, Tile.whole(square).at(0, 2), scratch));
    }

    private Dense dense(int inputs, int outputs) {
        return Dense.of(arena, uniform(arena, outputs, inputs, random), uniform(arena, 1, outputs, random));
    }

    private Operator square() {
        return bound(dense(90, 90).byOpenBlas(), 90);
    }

    private Operator bound(Connection connection, int inputs) {
        return ConnectionKinds.of(connection).bind(arena, connection, Shape.of(inputs), Parameter.of(1));
    }

    private Operator bound(Connection connection, Parameter spikeValues) {
        return ConnectionKinds.of(connection).bind(arena, connection, Shape.of(spikeValues.count()), spikeValues);
    }

    /** Returns the currents of the first rows; other rows must not change. */
    private FloatMatrix currents(Operator connection, SpikeMatrix spikes, int rows) {
        FloatMatrix current = FloatMatrix.zeros(arena, rows + 1, connection.outputs());
        current.fill(7);
        int blocks = (connection.outputs() + 63) / 64;
        connection.multiply(spikes, rows, Tile.whole(current).at(0, blocks), new Scratch(arena));
        FloatMatrix untouched = FloatMatrix.zeros(arena, 1, connection.outputs());
        untouched.fill(7);
        assertSameBits(untouched, current.rows(rows, 1), "row behind");
        return current.rows(0, rows);
    }

    /** Weights are below 1, so two orders of a sum differ by at most this. */
    private static void assertClose(FloatMatrix expected, FloatMatrix actual, int inputs) {
        double tolerance = 2.0 * (inputs + 2) * (inputs + 1) * 0x1p-24;
        for (int row = 0; row < expected.rows(); row++) {
            for (int column = 0; column < expected.columns(); column++) {
                float value = expected.get(row, column);
                if (!(Math.abs(value - actual.get(row, column)) <= tolerance)) {
                    assertEquals(value, actual.get(row, column), tolerance, row + ", " + column);
                }
            }
        }
        assertZeroPads(actual, "actual");
    }
}
