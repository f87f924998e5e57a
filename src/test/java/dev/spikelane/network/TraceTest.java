package dev.spikelane.network;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a trace keeps is what single steps show. */
@EveryWidth
final class TraceTest {

    private static final int STEPS = 23;
    private static final int BATCH = 2;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1024", "4, 2, 1024", "5, 3, 6", "7, 4, 16", "30, 5, 1024", "3, 6, 1", "6, 7, 1024", "4, 8, 20"})
    void keepsSpikesAndStates(int every, long seed, int rowsInBlock) {
        RandomGraph graph = new RandomGraph(arena, BATCH, STEPS, seed);
        Trace trace = new Trace(arena, graph.network, BATCH, STEPS, every);
        try (Simulation traced = new Simulation(graph.network, BATCH, 2, rowsInBlock)) {
            traced.trace(trace);
            traced.run(rows(graph, 0, 9));
            traced.run(rows(graph, 9, STEPS - 9));
        }
        long fired = 0;
        try (Simulation stepped = graph.network.simulate(BATCH)) {
            Map<String, SpikeRecorder> recorders = new HashMap<>();
            for (Population population : graph.network.populations()) {
                recorders.put(population.name(), stepped.recordSpikes(population.name(), STEPS));
            }
            for (int step = 0; step < STEPS; step++) {
                if (step % every == 0) {
                    compare(graph.network, trace, stepped, step);
                }
                stepped.step(rows(graph, step, 1));
            }
            for (Map.Entry<String, SpikeRecorder> each : recorders.entrySet()) {
                SpikeMatrix kept = trace.spikes(each.getKey());
                SpikeMatrix outside = SpikeMatrix.zeros(arena, kept.rows(), kept.columns());
                graph.network.population(each.getKey()).shape().toTorch(kept, 0, outside, 0, kept.rows());
                assertSameBits(each.getValue().spikes(), outside, "spikes of " + each.getKey());
                fired += kept.count(0, kept.rows());
            }
        }
        assertTrue(fired > 0, "somebody fires");
    }

    private static Map<String, Signal> rows(RandomGraph graph, int step, int count) {
        Map<String, Signal> rows = new HashMap<>();
        graph.inputs.forEach((name, all) -> rows.put(name, all.rows(step * BATCH, count * BATCH)));
        return rows;
    }

    private static void compare(Network network, Trace trace, Simulation stepped, int step) {
        for (Population population : network.populations()) {
            NeuronState expected = stepped.state(population.name());
            NeuronState actual = trace.state(population.name(), step);
            for (String variable : expected.names()) {
                FloatMatrix values = expected.variable(variable);
                assertSameBits(
                        values,
                        actual.variable(variable),
                        variable + " of " + population.name() + " before step " + step);
            }
        }
    }

    @Test
    void goesOnAfterAResetFromTheBeginning() {
        RandomGraph graph = new RandomGraph(arena, BATCH, STEPS, 2);
        Trace once = new Trace(arena, graph.network, BATCH, STEPS, 4);
        Trace twice = new Trace(arena, graph.network, BATCH, STEPS, 4);
        try (Simulation simulation = graph.network.simulate(BATCH)) {
            simulation.trace(twice);
            simulation.run(rows(graph, 3, STEPS - 3));
            simulation.reset();
            simulation.run(rows(graph, 0, STEPS));
            simulation.endTrace();
            simulation.reset();
            simulation.run(rows(graph, 5, STEPS - 5)); // of which nothing is kept
        }
        try (Simulation simulation = graph.network.simulate(BATCH)) {
            simulation.trace(once);
            simulation.run(rows(graph, 0, STEPS));
        }
        for (Population population : graph.network.populations()) {
            String name = population.name();
            assertSameBits(once.spikes(name), twice.spikes(name), "spikes of " + name);
            assertSameBits(
                    once.state(name, 20).membrane(), twice.state(name, 20).membrane(), "membrane of " + name);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        RandomGraph graph = new RandomGraph(arena, BATCH, STEPS, 2);
        Trace trace = new Trace(arena, graph.network, BATCH, STEPS, 4);
        String name = graph.network.populations().getFirst().name();
        assertMessage(
                IllegalArgumentException.class,
                "step is 5, expected a multiple of 4 below 23",
                () -> trace.state(name, 5));
        assertMessage(
                IllegalArgumentException.class,
                "every is 0, expected at least 1 step",
                () -> new Trace(arena, graph.network, BATCH, STEPS, 0));
        try (Simulation other = graph.network.simulate(BATCH + 1);
                Simulation fits = graph.network.simulate(BATCH)) {
            assertMessage(
                    IllegalArgumentException.class,
                    "trace is for batch 2 of " + graph.network + ", expected batch 3 of " + graph.network,
                    () -> other.trace(trace));
            fits.trace(trace);
            fits.run(rows(graph, 0, STEPS));
            assertMessage(
                    IllegalStateException.class,
                    "recorder has room for 23 steps, the run goes on to step 24, counted from the last reset,"
                            + " also where a state was restored; make a longer recorder, or reset where a new sequence begins",
                    () -> fits.step(rows(graph, 0, 1)));
        }
    }
}
