package dev.spikelane.network.plastic;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Learning;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules learn from a stream with snapshots, undo and a limit. */
@EveryWidth
final class LearningTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    /** Weights grow by 1/8 with each spike of their input. */
    private static final String UP = "rule Up\nparam up = 0.125\non pre\nw += up";

    private static Network network(String rule) {
        return LearningNetwork.of(Shape.of(3), Dense.of(FloatMatrix.copyOf(2, 3, ones())), Plasticity.of(rule), 0);
    }

    private static float[] ones() {
        return new float[] {1, 1, 1, 1, 1, 1};
    }

    /** Runs one step in which some inputs fire. */
    private static void step(Simulation simulation, int... inputs) {
        byte[] x = new byte[3];
        for (int each : inputs) {
            x[each] = 1;
        }
        simulation.step(Map.of("x", SpikeMatrix.copyOf(1, 3, x), "told", SpikeMatrix.zeros(1, 2)));
    }

    private static float[] weights(Simulation simulation) {
        return simulation.plasticWeights().get("x-p.weight").toArray();
    }

    private static List<float[]> values(Simulation simulation) {
        return LearningStream.names().stream()
                .map(each -> simulation.plasticWeights().get(each).toArray())
                .toList();
    }

    private static void assertSame(List<float[]> expected, List<float[]> found) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(
                    expected.get(i), found.get(i), LearningStream.names().get(i));
        }
    }

    @Test
    @SuppressWarnings("try") // closed before its end
    void whatIsOutOfRangeIsRefused() {
        try (Simulation simulation = network(UP).simulate(1);
                Simulation serving = network(UP).serve(1, 1)) {
            assertInvalid("every is 0, expected at least 1", () -> simulation.learning(0, 1, 1));
            assertInvalid("keep is 1001, expected 1 to 1000", () -> simulation.learning(1, 1001, 1));
            assertInvalid("driftLimit is NaN, expected more than 0", () -> simulation.learning(1, 1, Double.NaN));
            assertInvalid(
                    "no projection has a rule in this simulation, expected one that learns",
                    () -> serving.learning(1, 1, 1));
        }
        Simulation closed = network(UP).simulate(1);
        Learning learning = closed.learning(1, 1, 1);
        closed.close();
        assertIllegalState("simulation is closed", () -> learning.rollback(SOON));
    }

    /** Drift is relative to the length of the initial weights. */
    @Test
    void garbageFreezesAndTheLastSnapshotIsBack(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("frozen.jfr");
        try (Recording recording = new Recording();
                Simulation simulation = network(UP).simulate(1)) {
            recording.enable("dev.spikelane.LearningFrozen");
            recording.start();
            Learning learning = simulation.learning(2, 4, 0.4);
            step(simulation, 0);
            step(simulation);
            assertEquals(Math.sqrt(2 * 0.125 * 0.125) / Math.sqrt(6), learning.drift());
            float[] good = weights(simulation);
            step(simulation, 0, 1, 2);
            step(simulation, 0, 1, 2);
            assertFalse(learning.isFrozen());
            float[] last = weights(simulation);
            step(simulation, 0, 1, 2);
            assertNotEquals(last[0], weights(simulation)[0]);
            step(simulation, 0, 1, 2);
            assertTrue(learning.isFrozen());
            assertTrue(learning.drift() > 0.4);
            assertEquals("learning, 6 steps, drift 0.545 of 0.4, frozen", learning.toString());
            assertArrayEquals(last, weights(simulation));
            step(simulation, 0, 1, 2);
            step(simulation, 0, 1, 2);
            assertArrayEquals(last, weights(simulation));
            assertEquals(2, learning.rollback(SOON)); // it was at the last one already
            assertArrayEquals(good, weights(simulation));
            assertTrue(learning.isFrozen());
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.spikelane.LearningFrozen"))
                .toList();
        assertEquals(1, events.size());
        RecordedEvent event = events.getFirst();
        assertEquals(6, event.getLong("step"));
        assertEquals(4, event.getLong("snapshot"));
        assertEquals(0.545, event.getDouble("drift"), 1e-3);
        assertEquals(0.4, event.getDouble("limit"));
    }

    /** Weights beyond the limit of drift are not published until the program rolls back or resumes. */
    @Test
    void frozenLearningPublishesAfterRollbackOrResume() {
        Network network = network(UP);
        try (Simulation simulation = network.simulate(1)) {
            Learning learning = simulation.learning(2, 4, 0.4);
            for (int cycle = 0; cycle < 2; cycle++) {
                step(simulation, 0);
                while (!learning.isFrozen()) {
                    step(simulation, 0, 1, 2);
                }
                assertIllegalState(
                        "learning is frozen at a drift of " + (float) learning.drift()
                                + ", expected at most 0.4: call rollback() or resume() before publish()",
                        () -> learning.publish(SOON));
                if (cycle == 0) {
                    learning.resume();
                } else {
                    learning.rollback(SOON);
                    assertTrue(learning.isFrozen());
                }
                learning.publish(SOON);
                float[] published = network.weights().get("x-p.weight").toArray();
                assertArrayEquals(weights(simulation), published);
            }
            learning.freeze();
            learning.publish(SOON);
        }
    }

    /** Numbers that are not finite are in no snapshot, including variables of synapses, which weights follow later. */
    @Test
    void numbersThatAreNoneGoBack() {
        String rule = "state synapse e\non pre\ne += 3e38\nw += 0.25";
        try (Simulation simulation = network(rule).simulate(1)) {
            Learning learning = simulation.learning(1, 2, Double.POSITIVE_INFINITY);
            step(simulation, 1);
            assertFalse(learning.isFrozen());
            float[] good = weights(simulation);
            step(simulation, 1);
            assertTrue(learning.isFrozen());
            assertEquals(Double.NaN, learning.drift());
            assertArrayEquals(good, weights(simulation));
            assertEquals(3e38f, simulation.plasticWeights().get("x-p.e").get(0, 1));
        }
    }

    /** Neurons with a bad state are reset; NaN as input or reward goes no further. */
    @Test
    void burstsLeaveNoInfinityBehind() {
        try (Simulation simulation =
                network("modulator up = 3e38\non pre\nw += up").simulate(1)) {
            Learning learning = simulation.learning(3, 2, 10);
            step(simulation, 0, 1, 2);
            step(simulation, 0, 1, 2);
            assertEquals(
                    Float.POSITIVE_INFINITY, simulation.state("p").membrane().get(0, 0));
            step(simulation, 0, 1, 2);
            assertTrue(learning.isFrozen());
            assertArrayEquals(ones(), weights(simulation));
            assertEquals(0, simulation.state("p").membrane().get(0, 0));
            assertInvalid(
                    "values has NaN at row 0, column 0, expected a finite number",
                    () -> simulation.plasticWeights().replace("x-p.up", FloatMatrix.of(new float[] {Float.NaN})));
        }
    }

    @Test
    void rollbackGoesFromSnapshotToSnapshot() {
        Network network = LearningStream.network();
        try (Simulation simulation = network.simulate(2)) {
            Learning learning = LearningStream.learning(simulation);
            List<List<float[]>> snapshots = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                snapshots.add(values(simulation));
                LearningStream.run(simulation, i * LearningStream.EVERY, LearningStream.EVERY);
            }
            snapshots.add(values(simulation));
            LearningStream.run(simulation, 0, 3);
            assertEquals(80, learning.rollback(SOON));
            assertSame(snapshots.get(4), values(simulation));
            assertEquals(60, learning.rollback(SOON));
            assertSame(snapshots.get(3), values(simulation));
            assertEquals(40, learning.rollback(SOON));
            assertIllegalState(
                    "the weights are those of step 40 already, the oldest snapshot, expected an older one: pass a"
                            + " greater 'keep' to learning()",
                    () -> learning.rollback(SOON)); // three are kept
            assertSame(snapshots.get(2), values(simulation));
            try (Simulation other = network.simulate(2)) {
                for (int i = 0; i < LearningStream.names().size(); i++) {
                    String name = LearningStream.names().get(i);
                    FloatMatrix like = other.plasticWeights().get(name);
                    like.copyFrom(snapshots.get(2).get(i));
                    other.plasticWeights().replace(name, like);
                }
                LearningStream.run(simulation, 7, 10);
                LearningStream.run(other, 7, 10);
                assertSame(values(other), values(simulation));
                assertEquals(83 + 10, simulation.steps());
            }
        }
    }

    @Test
    void frozenRulesChangeNoBit() {
        try (Simulation simulation = LearningStream.network().simulate(2)) {
            Learning learning = LearningStream.learning(simulation);
            LearningStream.run(simulation, 0, 30);
            learning.freeze();
            List<float[]> before = values(simulation);
            float[] trace = simulation.trace("x-a", "x").toArray();
            LearningStream.run(simulation, 30, 30);
            assertSame(before, values(simulation));
            assertArrayEquals(trace, simulation.trace("x-a", "x").toArray());
            try (Simulation fork = simulation.fork()) {
                LearningStream.run(fork, 60, 10);
                assertSame(before, values(fork));
            }
            assertEquals(20, learning.rollback(SOON));
            assertTrue(learning.isFrozen());
            learning.resume();
            LearningStream.run(simulation, 60, 30);
            assertFalse(Arrays.equals(before.getFirst(), values(simulation).getFirst()));
        }
    }

    /** Threads, cuts into calls and a restored state have no effect, even if garbage freezes learning. */
    @Test
    void theSameStreamGivesTheSameWeights() {
        Network network = LearningStream.network();
        String expected;
        SimulationState middle;
        try (Simulation simulation = network.simulate(2)) {
            Learning learning = LearningStream.learning(simulation);
            LearningStream.run(simulation, 0, LearningStream.GOOD);
            assertFalse(learning.isFrozen());
            middle = simulation.snapshot();
            LearningStream.run(simulation, LearningStream.GOOD, LearningStream.STEPS - LearningStream.GOOD);
            expected = LearningStream.declared(simulation, learning);
            assertTrue(learning.isFrozen());
        }
        for (int threads = 1; threads <= 3; threads++) {
            try (Simulation simulation = network.simulate(2, threads)) {
                Learning learning = LearningStream.learning(simulation);
                for (int step = 0; step < LearningStream.STEPS; step += 25) {
                    LearningStream.run(simulation, step, 25);
                }
                assertEquals(expected, LearningStream.declared(simulation, learning));
            }
        }
        try (Simulation simulation = network.simulate(2)) {
            Learning learning = LearningStream.learning(simulation);
            LearningStream.run(simulation, 3, 50);
            simulation.restore(middle);
            LearningStream.run(simulation, LearningStream.GOOD, LearningStream.STEPS - LearningStream.GOOD);
            String declared = LearningStream.declared(simulation, learning);
            assertEquals(expected.substring(expected.indexOf("drift")), declared.substring(declared.indexOf("drift")));
        }
    }

    /** Another thread sees weights of both projections after a whole step: their hash belongs to one. */
    @Test
    void readersSeeWholeSteps() throws InterruptedException {
        Network network = LearningStream.network();
        Set<Long> whole = new HashSet<>();
        try (Simulation simulation = network.simulate(1)) {
            whole.add(simulation.plasticWeights().hash());
            for (int step = 0; step < LearningStream.STEPS; step++) {
                LearningStream.run(simulation, step, 1);
                whole.add(simulation.plasticWeights().hash());
            }
        }
        assertTrue(whole.size() > LearningStream.STEPS / 2);
        Set<Long> seen = new HashSet<>();
        AtomicBoolean ended = new AtomicBoolean();
        try (Simulation simulation = network.simulate(1)) {
            Thread reader = Thread.ofPlatform().start(() -> {
                while (!ended.get()) {
                    seen.add(simulation.plasticWeights().hash());
                }
            });
            for (int step = 0; step < LearningStream.STEPS; step++) {
                LearningStream.run(simulation, step, 1);
            }
            ended.set(true);
            reader.join();
        }
        assertTrue(seen.size() > 1);
        seen.removeAll(whole);
        assertEquals(Set.of(), seen);
    }

    @Test
    void servingSimulationsLearnNothing() {
        Network network = network(UP);
        try (Simulation learned = network.simulate(1);
                Simulation serving = network.serve(1, 1)) {
            Learning learning = learned.learning(1, 2, 1);
            step(serving, 0, 1, 2);
            assertEquals(3, serving.state("p").membrane().get(0, 0));
            assertArrayEquals(ones(), network.weights().get("x-p.weight").toArray());
            step(learned, 0);
            learning.publish(SOON);
            assertArrayEquals(
                    weights(learned), network.weights().get("x-p.weight").toArray());
            serving.reset();
            step(serving, 0);
            assertEquals(1.125f, serving.state("p").membrane().get(0, 0));
            SimulationState state = learned.snapshot();
            assertStart("state is of a network of as many neurons, but with other", () -> serving.restore(state));
        }
    }

    @Test
    void convolutionsLearnFromStreamsToo() {
        Network network = LearningNetwork.of(
                Shape.of(2, 5, 5), Convolution.of(2, 3, Kernel.of(3), new TorchRandom(1)), Plasticity.of(UP), 0);
        try (Simulation simulation = network.simulate(1)) {
            Learning learning = simulation.learning(1, 3, 100);
            SpikeMatrix x = SpikeMatrix.zeros(1, 50);
            x.set(0, 12, true);
            float[] before = weights(simulation);
            simulation.step(Map.of("x", x, "told", SpikeMatrix.zeros(1, 27)));
            float[] after = weights(simulation);
            simulation.step(Map.of("x", x, "told", SpikeMatrix.zeros(1, 27)));
            FloatMatrix membrane = simulation.state("p").membrane(); // in torch's order
            assertNotEquals(0, membrane.get(0, 0));
            learning.rollback(SOON);
            assertEquals(0, membrane.get(0, 0));
            assertArrayEquals(after, weights(simulation));
            learning.rollback(SOON);
            assertArrayEquals(before, weights(simulation));
        }
    }
}
