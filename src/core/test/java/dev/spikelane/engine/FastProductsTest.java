package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products that were built for training serve simulations too. */
@EveryWidth
final class FastProductsTest {

    private static final int STEPS = 10;
    private static final int BATCH = 64;
    private static final int INPUTS = 200;

    private static Network network(int outputs) {
        return Networks.dense(new TorchRandom(5), new Leaky(0.9f), INPUTS, outputs);
    }

    private static FloatMatrix membranes(Network network, int threads, Signal input, boolean constant) {
        int batch = constant ? input.rows() : input.rows() / STEPS;
        try (Simulation simulation = network.simulate(batch, threads)) {
            Population.VariableRecorder recorder = simulation.recordMembranes(0, STEPS);
            if (constant) {
                simulation.runConstant(input, STEPS);
            } else {
                simulation.run(input);
            }
            return recorder.values();
        }
    }

    /** Many rows and few outputs use tables of 16 outputs; a single sample does not. */
    @Test
    void fewOutputsHaveTheBitsOfSingleSamples() {
        assumeTrue(SimdWidth.VECTOR, "there are no tables");
        Network network = network(10);
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.3, new Random(1));
        long active = spikes.count(0, STEPS * BATCH);
        assertEquals(
                "few outputs", network.laidOut().chain(0).operators().getFirst().kernel(STEPS * BATCH, active));
        FloatMatrix together = membranes(network, 1, spikes, false);
        SpikeMatrix ofSample = SpikeMatrix.zeros(STEPS, INPUTS);
        for (int sample = 0; sample < BATCH; sample += 21) {
            for (int step = 0; step < STEPS; step++) {
                for (int i = 0; i < INPUTS; i++) {
                    ofSample.set(step, i, spikes.get(step * BATCH + sample, i));
                }
            }
            FloatMatrix alone = membranes(network, 1, ofSample, false);
            for (int step = 0; step < STEPS; step++) {
                for (int i = 0; i < 10; i++) {
                    assertEquals(alone.get(step, i), together.get(step * BATCH + sample, i), "step " + step);
                }
            }
        }
    }

    /** Frames with few nonzero values are listed, and the threads that list them compute their currents. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void listedFramesHaveTheBitsOfRows(int threads) {
        Network network = network(300);
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, INPUTS, new Random(2));
        Random random = new Random(3);
        FloatMatrix rows = FloatMatrix.zeros(STEPS * BATCH, INPUTS);
        for (int sample = 0; sample < BATCH; sample++) {
            for (int i = 0; i < INPUTS; i++) {
                frame.set(sample, i, random.nextInt(5) == 0 ? frame.get(sample, i) : 0);
                for (int step = 0; step < STEPS; step++) {
                    rows.set(step * BATCH + sample, i, frame.get(sample, i));
                }
            }
        }
        Matrices.assertSameBits(
                membranes(network, threads, rows, false), membranes(network, threads, frame, true), "membranes");
    }
}
