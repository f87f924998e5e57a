package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames for all steps; random graphs and calls compare them with an interpreter. */
@EveryWidth
class ConstantInputTest extends KernelCase {

    /** The currents of a frame use its spikes, not spikes that an earlier step prepared at the same place. */
    @ParameterizedTest
    @CsvSource({"false, 1", "false, 2", "true, 1", "true, 2"})
    void framesComeAfterStepsWithOtherSpikes(boolean reset, int threads) {
        int outputs = 130;
        FloatMatrix ones = FloatMatrix.zeros(arena, outputs, 64);
        ones.fill(1);
        Network network = Networks.of(
                arena,
                64,
                by(Dense.of(arena, ones, FloatMatrix.zeros(arena, 1, outputs)), new Leaky(0).withThreshold(1_000)));
        try (Simulation simulation = network.simulate(1, threads)) {
            Population.VariableRecorder sums = simulation.recordMembranes(0, 5);
            simulation.step(firing(arena, 5));
            if (reset) {
                simulation.reset();
            }
            simulation.runConstant(firing(arena, 30), 3);
            simulation.step(firing(arena, 7));
            float[] expected = reset ? new float[] {30, 30, 30, 7, 0} : new float[] {5, 30, 30, 30, 7};
            for (int i = 0; i < outputs; i++) {
                assertArrayEquals(expected, sums.values().column(i), "output " + i);
            }
        }
    }

    /** Spikes or values may follow a state of step 0, without remains of earlier runs. */
    @Test
    void restoredBeginningsHaveNothingOfEarlierRuns() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(1), new Leaky(0).withThreshold(1_000));
        builder.project("x-a", x, a, new OneToOne(1)).delay(1);
        Network network = builder.build();
        FloatMatrix secret = FloatMatrix.of(new float[] {42});
        FloatMatrix nothing = FloatMatrix.zeros(1, 1);
        try (Simulation simulation = network.simulate(1)) {
            SimulationState beginning = simulation.snapshot();
            simulation.step(secret);
            simulation.restore(beginning);
            simulation.step(nothing);
            assertEquals(0, simulation.state("a").membrane().get(0, 0));
        }
    }

    private static SpikeMatrix firing(Arena arena, int count) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, 64);
        for (int i = 0; i < count; i++) {
            spikes.set(0, 2 * i, true);
        }
        return spikes;
    }

    @Test
    void refusesNoStepsAndOtherShapes() {
        try (Arena arena = Arena.ofShared();
                Simulation simulation = network(arena).simulate(2)) {
            SpikeMatrix frame = SpikeMatrix.zeros(arena, 2, 100);
            SpikeMatrix other = SpikeMatrix.zeros(arena, 1, 100);
            assertInvalid("count is 0, expected at least 1 step", () -> simulation.runConstant(frame, 0));
            assertInvalid("frame is [1 x 100], expected [2 x 100]", () -> simulation.runConstant(other, 5));
        }
    }

    private static Network network(Arena arena) {
        return Networks.of(arena, new TorchRandom(3), 100, dense(200, new Leaky(0.95f)), dense(70, new Leaky(0.9f)));
    }
}
