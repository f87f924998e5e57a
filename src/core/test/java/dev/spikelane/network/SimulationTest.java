package dev.spikelane.network;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.Failures.onOtherThread;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
@EveryWidth
@Alone
final class SimulationTest {

    private final Arena arena = Arena.ofAuto();
    private final Network small = small(arena);

    private static Network small(Arena arena) {
        Random random = new Random(1);
        return Networks.of(
                arena,
                7,
                by(Dense.of(arena, Matrices.uniform(arena, 5, 7, random)), new Leaky(0.9f).withThreshold(0.3f)),
                by(Dense.of(arena, Matrices.uniform(arena, 3, 5, random)), new Leaky(0.9f).withThreshold(0.3f)));
    }

    private SpikeMatrix input(int rows) {
        return Matrices.spikes(arena, rows, 7, 0.5, new Random(2));
    }

    @Test
    void statesOfTheSameBytesAreEqual() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f), 3, 2);
        try (Simulation simulation = network.simulate(1)) {
            SimulationState first = simulation.snapshot();
            assertEquals(first, SimulationState.of(first.toBytes()));
            assertEquals(first.hashCode(), SimulationState.of(first.toBytes()).hashCode());
            simulation.run(SpikeMatrix.zeros(1, 3));
            assertNotEquals(first, simulation.snapshot());
        }
    }

    @Test
    void aSampleThatEndsAtOnceLeavesBlocksLong() {
        int[] lengths = new int[16];
        Arrays.fill(lengths, 40);
        lengths[3] = 1;
        List<Integer> blocks = new ArrayList<>();
        Population.Observer observer = (firstStep, steps, spikes, membranes) -> blocks.add(steps);
        try (Simulation simulation = small.simulate(16)) {
            simulation.observe(0, observer);
            simulation.run(input(40 * 16), lengths);
        }
        assertEquals(List.of(1, 39), blocks);
    }

    @Test
    void tellsWhatItRuns() {
        try (Simulation simulation = small.simulate(4)) {
            assertSame(small, simulation.network());
            assertEquals(4, simulation.batch());
            assertEquals(0, simulation.steps());
            simulation.run(input(12));
            simulation.step(input(4));
            assertEquals(4, simulation.steps());
        }
    }

    @Test
    void countsAreThoseOfTheRecordedSpikes() {
        try (Simulation simulation = small.simulate(2)) {
            SpikeCounts counts = simulation.countSpikes(1);
            Population.SpikeRecorder spikes = simulation.recordSpikes(1, 50);
            assertEquals(0, counts.density());
            simulation.run(input(100));
            float most = -1;
            for (int neuron = 0; neuron < 3; neuron++) {
                for (int sample = 0; sample < 2; sample++) {
                    int expected = 0;
                    for (int row = sample; row < 100; row += 2) {
                        expected += spikes.spikes().get(row, neuron) ? 1 : 0;
                    }
                    assertEquals(expected, counts.perNeuron().get(sample, neuron));
                }
                most = Math.max(most, counts.perNeuron().get(1, neuron));
            }
            assertTrue(spikes.spikes().count() > 0);
            assertEquals(spikes.spikes().density(), counts.density(), 1e-12);
            assertEquals(most, counts.perNeuron().get(1, counts.label(1)));
            simulation.reset();
            assertArrayEquals(new float[6], counts.perNeuron().toArray());
            assertEquals(0, counts.density());
        }
    }

    @Test
    void lowestOfEqualCountsIsTheLabel() {
        SpikeCounts counts = new SpikeCounts(arena, 2, 4);
        counts.perNeuron().copyFrom(new float[] {0, 3, 1, 3, 0, 0, 0, 0});
        assertEquals(1, counts.label(0));
        assertEquals(0, counts.label(1));
        assertThrows(IndexOutOfBoundsException.class, () -> counts.label(2));
        SpikeCounts ofOneNeuron = new SpikeCounts(arena, 2, 1);
        for (int sample : new int[] {-5, 2, 99}) {
            assertMessage(
                    IndexOutOfBoundsException.class,
                    "counts are of 2 samples, asked for sample " + sample,
                    () -> ofOneNeuron.label(sample));
        }
    }

    /** Streams start with a block of few rows, which grows with the calls. */
    @Test
    void callsOfAnyLengthMayFollowEachOther() {
        SpikeMatrix input = input(2 * 400);
        try (Simulation whole = small.simulate(2, 2);
                Simulation parts = small.simulate(2, 2)) {
            Population.SpikeRecorder expected = whole.recordSpikes(0, 400);
            FloatMatrix expectedMembranes = whole.recordMembranes(0, 400).values();
            whole.run(input);
            Population.SpikeRecorder spikes = parts.recordSpikes(0, 400);
            FloatMatrix membranes = parts.recordMembranes(0, 400).values();
            int step = 0;
            for (int steps : new int[] {1, 1, 9, 40, 3, 300, 1, 45}) {
                parts.run(input.rows(2 * step, 2 * steps));
                step += steps;
            }
            assertEquals(400, step);
            assertArrayEquals(expected.spikes().toArray(), spikes.spikes().toArray());
            assertSameBits(expectedMembranes, membranes, "membranes");
        }
    }

    @Test
    void observersSeeBlocksInOrderAndMembranesIfTheyNeedThem() {
        List<String> seen = new ArrayList<>();
        FloatMatrix last = FloatMatrix.zeros(arena, 2, 5);
        try (Simulation simulation = new Simulation(small, 2, 1, 8)) {
            simulation.observe(0, new Population.Observer() {
                @Override
                public boolean needsMembranes() {
                    return true;
                }

                @Override
                public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
                    seen.add(firstStep + " + " + steps);
                    last.copyFrom(membranes.rows(2 * (steps - 1), 2));
                }

                @Override
                public void reset() {
                    seen.add("reset");
                }
            });
            simulation.run(input(18));
            simulation.step(input(2));
            assertSameBits(simulation.state(0).membrane(), last, "membranes");
            simulation.reset();
            simulation.step(input(2));
            assertEquals(List.of("0 + 4", "4 + 4", "8 + 1", "9 + 1", "reset", "0 + 1"), seen);
        }
    }

    /** Recording membranes must not change bits of spikes. */
    @Test
    void recordingMembranesChangesNoSpike() {
        try (Simulation watched = small.simulate(2);
                Simulation alone = small.simulate(2)) {
            watched.recordMembranes(0, 20);
            watched.recordMembranes(1, 20);
            Population.SpikeRecorder expected = alone.recordSpikes(1, 20);
            Population.SpikeRecorder actual = watched.recordSpikes(1, 20);
            alone.run(input(40));
            watched.run(input(40));
            assertSameBits(expected.spikes(), actual.spikes(), "spikes");
        }
    }

    @Test
    void fullRecordersSaySo() {
        try (Simulation simulation = small.simulate(2)) {
            simulation.recordSpikes(0, 3);
            simulation.run(input(6));
            assertIllegalState(
                    "recorder has room for 3 steps, the run goes on to step 4,"
                            + " counted from the last reset, also where a state was restored; make a longer recorder, or reset where a new sequence begins",
                    () -> simulation.step(input(2)));
            simulation.reset();
            simulation.run(input(6));
        }
        try (Simulation simulation = small.simulate(2)) {
            simulation.recordMembranes(1, 3);
            assertThrows(IllegalStateException.class, () -> simulation.run(input(8)));
        }
    }

    @Test
    void refusesRecordersOfNoSize() {
        assertInvalid(
                "recording of 0 steps of batch 2, expected at least 1 of both and at most 2147483647 rows",
                () -> new Population.SpikeRecorder(arena, 0, 2, 3));
        assertInvalid(
                "recording of 65536 steps of batch 65536, expected at least 1 of both and at most 2147483647 rows",
                () -> new Population.VariableRecorder(arena, 65536, 65536, 3));
        assertThrows(IllegalArgumentException.class, () -> new SpikeCounts(arena, 0, 3));
    }

    @Test
    void refusesRecordersOfAnotherWidth() {
        try (Simulation simulation = small.simulate(2)) {
            assertInvalid(
                    "recorder is for batch 2 of 6 neurons, expected batch 2 of 5",
                    () -> simulation.observe(0, new Population.SpikeRecorder(arena, 5, 2, 6)));
            simulation.step(input(2)); // nothing was attached
        }
    }

    @Test
    void refusesObserversOfAnotherBatch() {
        List<Population.Observer> others = List.of(
                new SpikeCounts(arena, 3, 5),
                new Population.SpikeRecorder(arena, 5, 1, 5),
                new Population.VariableRecorder(arena, 5, 1, 5));
        for (Population.Observer other : others) {
            try (Simulation simulation = small.simulate(2)) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> simulation.observe(0, other),
                        other.getClass().getSimpleName());
            }
        }
    }

    @Test
    void refusesShapesThatDoNotFit() {
        try (Simulation simulation = small.simulate(2)) {
            assertInvalid("input has 5 rows, expected a multiple of the batch, 2", () -> simulation.run(input(5)));
            assertInvalid("input is [4 x 8], expected [4 x 7]", () -> simulation.run(SpikeMatrix.zeros(arena, 4, 8)));
            assertInvalid("input is [4 x 7], expected [2 x 7]", () -> simulation.step(input(4)));
            assertEquals(0, simulation.steps());
        }
    }

    @Test
    void refusesLayersThatAreNotThere() {
        try (Simulation simulation = small.simulate(2)) {
            for (int layer : new int[] {-1, 2}) {
                String message = "network has 2 populations, asked for population " + layer;
                assertMessage(IndexOutOfBoundsException.class, message, () -> simulation.state(layer));
                assertMessage(IndexOutOfBoundsException.class, message, () -> simulation.countSpikes(layer));
                assertMessage(IndexOutOfBoundsException.class, message, () -> simulation.recordSpikes(layer, 1));
                assertMessage(IndexOutOfBoundsException.class, message, () -> simulation.recordMembranes(layer, 1));
            }
        }
    }

    @Test
    void observersCannotRunTheSimulation() {
        for (String call : List.of("run", "step", "reset")) {
            try (Simulation simulation = small.simulate(1)) {
                simulation.observe(0, (firstStep, steps, spikes, membranes) -> {
                    switch (call) {
                        case "run" -> simulation.run(input(2));
                        case "step" -> simulation.step(input(1));
                        default -> simulation.reset();
                    }
                });
                assertIllegalState(
                        "simulation is busy: it is used by one thread at a time, and not by its observers",
                        () -> simulation.step(input(1)));
            }
        }
    }

    @Test
    void closedSimulationSaysSo() {
        Simulation simulation = small.simulate(1, 2);
        Population.SpikeRecorder recorder = simulation.recordSpikes(0, 3);
        simulation.close();
        simulation.close();
        assertIllegalState("simulation is closed", () -> simulation.run(input(1)));
        assertIllegalState("simulation is closed", () -> simulation.step(input(1)));
        assertIllegalState("simulation is closed", simulation::reset);
        assertIllegalState("simulation is closed", () -> simulation.countSpikes(0));
        assertEquals(0, recorder.spikes().count(), "recordings outlive their simulation");
    }

    @Test
    void closedNetworkSaysSo() {
        Arena other = Arena.ofShared();
        try (Simulation simulation = small(other).simulate(1)) {
            other.close();
            assertIllegalState("the arena of packed weights is closed", () -> simulation.step(input(1)));
        }
    }

    @Test
    void workIsReallyShared() {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        large.first.want(3);
        try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 3)) {
            simulation.run(large.input);
            assertEquals(
                    Set.of(Thread.currentThread().getName(), "spikelane-1", "spikelane-2"),
                    large.first.threads.stream().map(Thread::getName).collect(Collectors.toSet()));
        }
    }

    @Test
    void threadsMayBeMoreThanBlocks() {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        try (Simulation few = large.network.simulate(LargeNetwork.BATCH, 2);
                Simulation many = large.network.simulate(LargeNetwork.BATCH, 12)) {
            Population.SpikeRecorder expected = few.recordSpikes(1, LargeNetwork.STEPS);
            Population.SpikeRecorder actual = many.recordSpikes(1, LargeNetwork.STEPS);
            few.run(large.input);
            many.run(large.input);
            assertSameBits(expected.spikes(), actual.spikes(), "spikes");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inputMayLieInAConfinedArena(boolean analog) {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        try (Arena confined = Arena.ofConfined();
                Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 3)) {
            Signal input = analog
                    ? Matrices.uniform(confined, LargeNetwork.ROWS, LargeNetwork.SIZE, new Random(1))
                    : Matrices.spikes(confined, LargeNetwork.ROWS, LargeNetwork.SIZE, 0.3, new Random(1));
            SpikeCounts counts = simulation.countSpikes(1);
            large.first.want(3);
            simulation.run(input);
            assertTrue(counts.density() > 0);
        }
    }

    @Test
    void refusesANetworkInAConfinedArena() {
        try (Arena confined = Arena.ofConfined()) {
            assertStart(
                    "arena is confined to one thread, expected Arena.ofShared()", () -> Network.builder(confined, 5));
        }
    }

    @Test
    void connectionMayLieInAConfinedArenaAsTheNetworkCopiesIt() {
        SpikeMatrix input = SpikeMatrix.zeros(arena, LargeNetwork.ROWS, LargeNetwork.SIZE);
        Network network;
        try (Arena confined = Arena.ofConfined()) {
            FloatMatrix weights = FloatMatrix.zeros(confined, LargeNetwork.SIZE, LargeNetwork.SIZE);
            network = Networks.of(arena, LargeNetwork.SIZE, by(Dense.of(confined, weights), new Leaky(0.9f)));
        }
        try (Simulation shared = network.simulate(LargeNetwork.BATCH, 2)) {
            shared.run(input);
            assertEquals(LargeNetwork.STEPS, shared.steps());
        }
    }

    @Test
    void simulationMayGoOnInAnotherThread() {
        try (Simulation simulation = small.simulate(1)) {
            simulation.step(input(1));
            assertNull(onOtherThread("second", () -> simulation.step(input(1))));
            assertEquals(2, simulation.steps());
        }
    }

    @Test
    void whatAWorkerThrowsReachesTheCallerAndTheNextRunWorks() {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 3)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes(1, LargeNetwork.STEPS);
            simulation.run(large.input);
            SpikeMatrix expected = SpikeMatrix.zeros(arena, LargeNetwork.ROWS, LargeNetwork.SIZE);
            expected.copyFrom(recorder.spikes());
            recorder.spikes().clear();
            simulation.reset();

            large.first.want(2);
            large.first.broken = true;
            assertStart(IllegalStateException.class, "broken in spikelane-", () -> simulation.run(large.input));
            large.first.broken = false;
            simulation.reset();
            simulation.run(large.input);
            assertSameBits(expected, recorder.spikes(), "spikes after a failure");
        }
    }

    @Test
    void whatAnObserverThrowsReachesTheCaller() {
        try (Simulation simulation = small.simulate(1)) {
            IllegalStateException failure = new IllegalStateException("observer");
            boolean[] throwing = {true};
            simulation.observe(0, (firstStep, steps, spikes, membranes) -> {
                if (throwing[0]) {
                    throw failure;
                }
            });
            assertSame(failure, assertThrows(IllegalStateException.class, () -> simulation.step(input(1))));
            throwing[0] = false;
            simulation.reset();
            simulation.step(input(1));
            assertEquals(1, simulation.steps());
        }
    }

    @Test
    void closingEndsItsThreads() throws InterruptedException {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 3);
        large.first.want(3);
        simulation.run(large.input);
        simulation.close();
        for (Thread thread : large.first.threads) {
            if (thread != Thread.currentThread()) {
                thread.join(100_000);
                assertEquals(Thread.State.TERMINATED, thread.getState(), thread.getName());
            }
        }
    }
}
