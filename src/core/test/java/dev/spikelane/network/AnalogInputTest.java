package dev.spikelane.network;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Leaky;
import java.util.Random;
import org.junit.jupiter.api.Test;

@EveryWidth
final class AnalogInputTest extends KernelCase {

    private final Random random = new Random(1);

    /**
     * Current injection of snnTorch's tutorial 2: a current of 0.25 into a neuron of beta 0.75, threshold 0.5, reset by
     * subtraction one step late. All numbers are exact in binary.
     */
    @Test
    void injectsACurrentIntoANeuron() {
        Network network = Networks.of(
                arena, 1, by(Dense.of(arena, FloatMatrix.vector(arena, 1)), new Leaky(0.75f).withThreshold(0.5f)));
        try (Simulation simulation = network.simulate(1)) {
            Population.VariableRecorder membranes = simulation.recordMembranes(0, 5);
            Population.SpikeRecorder spikes = simulation.recordSpikes(0, 5);
            simulation.runConstant(FloatMatrix.vector(arena, 0.25f), 5);
            assertArrayEquals(
                    new float[] {0.25f, 0.4375f, 0.578125f, 0.18359375f, 0.3876953125f},
                    membranes.values().toArray());
            assertArrayEquals(new byte[] {0, 0, 1, 0, 0}, spikes.spikes().toArray());
        }
    }

    /** Graded spikes scale the next weights, never the analog input. */
    @Test
    void gradedSpikesComeAfterTheInput() {
        FloatMatrix first = Matrices.uniform(arena, 70, 7, random);
        FloatMatrix second = Matrices.uniform(arena, 5, 70, random);
        FloatMatrix doubled = fill(FloatMatrix.zeros(arena, 5, 70), (output, i) -> second.get(output, i) * 2);
        Leaky neuron = new Leaky(0.9f).withThreshold(0.2f);
        FloatMatrix input = Matrices.uniform(arena, 40, 7, random);
        FloatMatrix expected = lastMembranes(first, neuron, doubled, input);
        assertSameBits(expected, lastMembranes(first, neuron.withGradedSpikesFactor(2), second, input), "membranes");
    }

    private FloatMatrix lastMembranes(FloatMatrix first, Leaky hidden, FloatMatrix second, FloatMatrix input) {
        Network network =
                Networks.of(arena, 7, by(Dense.of(arena, first), hidden), by(Dense.of(arena, second), new Leaky(0.9f)));
        try (Simulation simulation = network.simulate(2)) {
            SpikeCounts counts = simulation.countSpikes(0);
            Population.VariableRecorder recorder = simulation.recordMembranes(1, 20);
            simulation.run(input);
            assertTrue(counts.density() > 0.1, "there are spikes to grade");
            FloatMatrix copy = FloatMatrix.zeros(arena, 40, 5);
            copy.copyFrom(recorder.values());
            return copy;
        }
    }

    @Test
    void refusesWhatIsNotFiniteBeforeTheFirstStep() {
        try (Simulation simulation = small().simulate(2)) {
            FloatMatrix input = FloatMatrix.zeros(arena, 6, 7);
            FloatMatrix frame = FloatMatrix.zeros(arena, 2, 7);
            for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                input.set(5, 6, value);
                frame.set(1, 0, value);
                assertInvalid(
                        "input has " + value + " at row 5, column 6, expected a finite number",
                        () -> simulation.run(input));
                String ofFrame = " has " + value + " at row 1, column 0, expected a finite number";
                assertInvalid("frame" + ofFrame, () -> simulation.runConstant(frame, 3));
                assertInvalid("input" + ofFrame, () -> simulation.step(frame));
            }
            assertEquals(0, simulation.steps());
            assertArrayEquals(new float[10], simulation.state(0).membrane().toArray());
        }
    }

    @Test
    void refusesShapesThatDoNotFit() {
        try (Simulation simulation = small().simulate(2)) {
            assertInvalid(
                    "input has 5 rows, expected a multiple of the batch, 2",
                    () -> simulation.run(FloatMatrix.zeros(arena, 5, 7)));
            assertInvalid("input is [4 x 8], expected [4 x 7]", () -> simulation.run(FloatMatrix.zeros(arena, 4, 8)));
            assertInvalid("input is [4 x 7], expected [2 x 7]", () -> simulation.step(FloatMatrix.zeros(arena, 4, 7)));
            assertInvalid(
                    "frame is [1 x 7], expected [2 x 7]",
                    () -> simulation.runConstant(FloatMatrix.zeros(arena, 1, 7), 3));
            assertInvalid(
                    "count is 0, expected at least 1 step",
                    () -> simulation.runConstant(FloatMatrix.zeros(arena, 2, 7), 0));
            assertEquals(0, simulation.steps());
        }
    }

    @Test
    void closedSimulationSaysSo() {
        Simulation simulation = small().simulate(1);
        simulation.close();
        FloatMatrix input = FloatMatrix.zeros(arena, 1, 7);
        assertIllegalState("simulation is closed", () -> simulation.run(input));
        assertIllegalState("simulation is closed", () -> simulation.step(input));
        assertIllegalState("simulation is closed", () -> simulation.runConstant(input, 1));
    }

    private Network small() {
        return Networks.of(arena, 7, by(Dense.of(arena, Matrices.uniform(arena, 5, 7, random)), new Leaky(0.9f)));
    }
}
