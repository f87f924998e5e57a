package dev.spikelane.network;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.SLstm;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Recorders of selected neurons, and of spike times. */
@EveryWidth
class RecorderTest {

    private static final int STEPS = 9;
    private static final int BATCH = 3;
    private static final Shape MAPS = Shape.of(4, 3, 6);
    private static final int[] CHOSEN = {3, 17, 40, 2};

    private final SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, MAPS.size(), 0.4, new Random(5));

    private static Network maps() {
        return Network.builder(MAPS)
                .connect(new OneToOne(0.7f))
                .neuron("c", new Leaky(0.9f))
                .build();
    }

    @Test
    void recordersOfSomeNeuronsHaveTheColumnsOfAll() {
        try (Simulation simulation = maps().simulate(BATCH)) {
            var spikes = simulation.recordSpikes("c", STEPS);
            var membranes = simulation.recordMembranes("c", STEPS);
            var currents = simulation.record("c", "current", STEPS);
            var unreset = simulation.recordBeforeReset("c", "membrane", STEPS);
            var someSpikes = simulation.recordSpikes("c", STEPS).of(CHOSEN);
            var someMembranes = simulation.recordMembranes("c", STEPS).of(CHOSEN);
            var someCurrents = simulation.record("c", "current", STEPS).of(CHOSEN);
            var someUnreset =
                    simulation.recordBeforeReset("c", "membrane", STEPS).of(CHOSEN);
            simulation.run(input);
            assertTrue(someSpikes.spikes().count() > 0);
            for (int i = 0; i < CHOSEN.length; i++) {
                assertArrayEquals(
                        spikes.spikes().column(CHOSEN[i]), someSpikes.spikes().column(i));
                assertArrayEquals(
                        membranes.values().column(CHOSEN[i]),
                        someMembranes.values().column(i));
                assertArrayEquals(
                        currents.values().column(CHOSEN[i]),
                        someCurrents.values().column(i));
                assertArrayEquals(
                        unreset.values().column(CHOSEN[i]), someUnreset.values().column(i));
            }
            assertEquals(CHOSEN.length, someMembranes.values().columns());
            assertArrayEquals(CHOSEN, someMembranes.neurons());
            assertEquals(MAPS.size(), membranes.neurons().length);
        }
    }

    @Test
    void aNeuronWithGatesHasAColumnForEachGate() {
        FloatMatrix weights = Matrices.uniform(Arena.ofAuto(), 4 * 5, 5, new Random(1));
        Network network = Network.builder(5)
                .connect(Dense.of(Matrices.uniform(Arena.ofAuto(), 4 * 5, 5, new Random(2))))
                .neuron("cells", new SLstm(weights, FloatMatrix.zeros(1, 4 * 5), 0.1))
                .build();
        try (Simulation simulation = network.simulate(1)) {
            var all = simulation.record("cells", "current", STEPS);
            var some = simulation.record("cells", "current", STEPS).of(3, 1);
            simulation.run(Matrices.spikes(Arena.ofAuto(), STEPS, 5, 0.4, new Random(5)));
            int[] columns = {3, 1, 8, 6, 13, 11, 18, 16};
            assertEquals(columns.length, some.values().columns());
            for (int i = 0; i < columns.length; i++) {
                assertArrayEquals(all.values().column(columns[i]), some.values().column(i));
            }
            assertArrayEquals(new int[] {3, 1, 3, 1, 3, 1, 3, 1}, some.neurons());
        }
    }

    /** 100,000 neurons over 1,000,000 steps would need 400 GB. */
    @Test
    void someNeuronsOfManyNeedLittleMemory() {
        Network network = Network.builder(100_000)
                .connect(new OneToOne(1))
                .neuron("c", new Leaky(0.9f))
                .build();
        try (Simulation simulation = network.simulate(1)) {
            var some = simulation.record("c", "membrane", 1_000_000).of(99_999);
            assertEquals(1, some.values().columns());
            assertEquals(1_000_000, some.values().rows());
        }
    }

    @Test
    void neuronsAreChosenBeforeTheFirstStep() {
        try (Simulation simulation = maps().simulate(BATCH)) {
            var recorder = simulation.recordSpikes("c", STEPS);
            assertThrows(IndexOutOfBoundsException.class, () -> recorder.of(72));
            assertMessage(
                    IllegalArgumentException.class, "no neuron is chosen, expected at least 1 of 72", recorder::of);
            simulation.run(input);
            assertMessage(
                    IllegalStateException.class,
                    "SpikeRecorder of batch 3, [27 x 72] has its memory, expected of() before the first step and before"
                            + " the recording is read",
                    () -> recorder.of(1));
        }
    }

    @Test
    void statesHoldTheChosenNeurons() {
        Network network = maps();
        try (Simulation simulation = network.simulate(BATCH);
                Simulation same = network.simulate(BATCH);
                Simulation other = network.simulate(BATCH)) {
            var kept =
                    simulation.keepInState(simulation.recordSpikes("c", STEPS).of(3, 5));
            var again = same.keepInState(same.recordSpikes("c", STEPS).of(3, 5));
            other.keepInState(other.recordSpikes("c", STEPS).of(3, 6));
            simulation.run(input);
            same.restore(simulation.snapshot());
            assertSameBits(kept.spikes(), again.spikes(), "spikes");
            assertThrows(IllegalArgumentException.class, () -> other.restore(simulation.snapshot()));
        }
    }

    @Test
    void spikeTimesAreThoseOfTheSpikes() {
        try (Simulation simulation = maps().simulate(BATCH)) {
            var spikes = simulation.recordSpikes("c", STEPS);
            var times = simulation.recordSpikeTimes("c");
            assertThrows(IllegalStateException.class, () -> times.spikes(0));
            for (int run = 0; run < 2; run++) {
                simulation.reset();
                simulation.run(input.rows(0, 2 * BATCH));
                simulation.run(input.rows(2 * BATCH, (STEPS - 2) * BATCH));
            }
            for (int sample = 0; sample < BATCH; sample++) {
                SpikeMatrix expected = spikes.spikes().sample(sample, BATCH);
                int[] steps = times.steps(sample);
                int[] neurons = times.neurons(sample);
                int next = 0;
                for (int step = 0; step < STEPS; step++) {
                    for (int neuron = expected.next(step, 0); neuron >= 0; neuron = expected.next(step, neuron + 1)) {
                        assertEquals(step, steps[next]);
                        assertEquals(neuron, neurons[next]);
                        next++;
                    }
                }
                assertEquals(next, steps.length);
                assertEquals(next, neurons.length);
                assertSameBits(expected, times.spikes(sample), "spikes");
            }
            assertThrows(IndexOutOfBoundsException.class, () -> times.steps(BATCH));
        }
    }
}
