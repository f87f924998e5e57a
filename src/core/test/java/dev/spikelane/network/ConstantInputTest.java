package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A frame that drives all steps gives the bits of the frame repeated. */
@EveryWidth
class ConstantInputTest extends KernelCase {

    @ParameterizedTest
    @CsvSource({"1, 1, false", "3, 1, true", "3, 2, false", "2, 2, true"})
    void sameBitsAsTheFrameRepeated(int batch, int threads, boolean recorded) {
        int steps = 300;
        Network network = network(arena);
        SpikeMatrix frame = SpikeMatrix.zeros(arena, batch, 100);
        Random random = new Random(batch);
        for (int sample = 0; sample < batch; sample++) {
            for (int i = 0; i < 100; i++) {
                frame.set(sample, i, random.nextInt(3) == 0);
            }
        }
        SpikeMatrix repeated = SpikeMatrix.zeros(arena, steps * batch, 100);
        for (int step = 0; step < steps; step++) {
            repeated.rows(step * batch, batch).copyFrom(frame);
        }
        try (Simulation whole = network.simulate(batch, threads);
                Simulation constant = network.simulate(batch, threads)) {
            Population.SpikeRecorder expected = whole.recordSpikes(1, steps);
            Population.SpikeRecorder got = constant.recordSpikes(1, steps);
            if (recorded) {
                constant.recordMembranes(0, steps);
            }
            whole.run(repeated);
            constant.runConstant(frame, 17);
            constant.step(frame);
            constant.runConstant(frame, steps - 18);
            assertTrue(expected.spikes().count() > 0);
            assertArrayEquals(expected.spikes().toArray(), got.spikes().toArray());
            for (int layer = 0; layer < 2; layer++) {
                assertArrayEquals(
                        whole.state(layer).membrane().toArray(),
                        constant.state(layer).membrane().toArray());
            }
            assertEquals(steps, constant.steps());
        }
    }

    /**
     * The currents of a frame come from its own spikes, whatever a step before has prepared of others at the same
     * place.
     */
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

    /** A state of step 0 may be followed by spikes or values: nothing of a run before may be left of either. */
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
