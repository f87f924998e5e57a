package dev.spikelane.session;

import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Tries;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.graph.RandomGraph;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** Sessions of random graphs in random batches equal single sessions, or the graph is refused by name. */
@EveryWidth
@FewerTries(fullWidth = 2)
final class SessionPoolProperties {

    private static final int SESSIONS = 9;

    @Property(tries = 8, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void sessionsDoWhatTheyDoAlone(@UpTo(value = 20, from = 4) int steps, @ForAll long seed) {
        Random random = new Random(seed);
        boolean compared = false;
        for (int draw = 0; draw < 6 && !compared; draw++) {
            try (Arena arena = Arena.ofShared()) {
                RandomGraph graph = RandomGraph.shared(arena, SESSIONS, steps, seed + draw);
                boolean values = graph.inputs.values().iterator().next() instanceof FloatMatrix;
                Map<String, Signal> inputs = new HashMap<>();
                graph.inputs.forEach((name, rows) -> inputs.put(name, ofKind(rows, values)));
                SessionPool pool = pool(graph.network, values, 1 + random.nextInt(2));
                if (pool != null) {
                    try (pool;
                            SessionPool single = Objects.requireNonNull(pool(graph.network, values, 1))) {
                        compare(pool, single, graph.network, inputs, steps, random);
                        compared = true;
                    }
                }
            }
        }
        Tries.often("a graph that a pool takes", compared, 50);
    }

    /** A pool takes one kind of input, and graphs have both. */
    private static Signal ofKind(Signal rows, boolean values) {
        if (rows instanceof FloatMatrix == values) {
            return rows;
        }
        if (values) {
            SpikeMatrix spikes = (SpikeMatrix) rows;
            FloatMatrix made = FloatMatrix.zeros(rows.rows(), rows.columns());
            for (int row = 0; row < rows.rows(); row++) {
                int at = row;
                spikes.forEachSpike(row, column -> made.set(at, column, 1));
            }
            return made;
        }
        return fill(
                SpikeMatrix.zeros(rows.rows(), rows.columns()),
                (row, column) -> ((FloatMatrix) rows).get(row, column) > 0);
    }

    private static @Nullable SessionPool pool(Network network, boolean values, int threads) {
        try {
            var builder = SessionPool.builder(network).threads(threads).receipts();
            return (values ? builder.values() : builder).build();
        } catch (IllegalArgumentException refused) {
            assertTrue(
                    refused.getMessage().matches("(population|projection) '.+'( has| is|: .* sums whole quanta,) .*"),
                    refused.getMessage());
            return null;
        }
    }

    private static void compare(
            SessionPool pool,
            SessionPool single,
            Network network,
            Map<String, Signal> inputs,
            int steps,
            Random random) {
        Simulation[] alone = new Simulation[SESSIONS];
        long[] keys = random.longs(SESSIONS).toArray();
        int[][] counts = new int[SESSIONS][network.outputs()];
        Arrays.setAll(alone, session -> network.simulate(1));
        SessionPool.Answers answers = pool.newAnswers(SESSIONS);
        SessionPool.Answers one = single.newAnswers(1);
        for (int step = 0; step < steps; step++) {
            int[] company = random.ints(0, SESSIONS)
                    .distinct()
                    .limit(1 + random.nextInt(SESSIONS))
                    .toArray();
            Map<String, Signal> rows = new HashMap<>();
            int from =
                    random.nextInt(Math.max(1, inputs.values().iterator().next().rows() - SESSIONS));
            inputs.forEach((name, all) -> rows.put(
                    name,
                    all.gather(
                            IntStream.of(company).map(session -> session + from).toArray())));
            pool.step(IntStream.of(company).mapToLong(session -> keys[session]).toArray(), rows, answers);
            for (int place = 0; place < company.length; place++) {
                int session = company[place];
                Map<String, Signal> own = new HashMap<>();
                int row = place;
                rows.forEach((name, all) -> own.put(name, all.rows(row, 1)));
                SpikeMatrix fired = alone[session].step(own);
                single.step(new long[] {keys[session]}, own, one);
                assertArrayEquals(single.state(keys[session]), pool.state(keys[session]), () -> network.toString());
                assertArrayEquals(
                        fired.toArray(), answers.spikes().rows(place, 1).toArray(), () -> network.toString());
                fired.forEachSpike(0, output -> counts[session][output]++);
                assertEquals(alone[session].steps(), answers.steps(place));
                for (int output = 0; output < network.outputs(); output++) {
                    assertEquals(counts[session][output], answers.count(place, output));
                }
            }
        }
        for (Simulation each : alone) {
            each.close();
        }
    }
}
