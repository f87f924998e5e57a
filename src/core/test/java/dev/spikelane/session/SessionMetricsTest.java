package dev.spikelane.session;

import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.engine.session.SessionTable;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Metrics;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EveryWidth
final class SessionMetricsTest {

    private static final int SESSIONS = 30;
    private static final String NAME = "spikelane.sessions.";

    private final Network network = Networks.of(
            20,
            dense(12, new Leaky(0.9f), OneToOne.scale(4)),
            by(Dense.linear(12, 4, new TorchRandom(2)), new Leaky(0.9f), OneToOne.scale(3)));

    private final long[] keys = LongStream.range(0, SESSIONS).toArray();
    private final Map<String, Double> found = new HashMap<>();

    private SessionPoolBuilder pool() {
        return SessionPool.builder(network).threads(2).decision(new EarlyExit(40, 1, 0));
    }

    private static boolean fires(int row, int column, int step) {
        return new Random(10_000L * step + 100 * row + column).nextInt(1_000) % 5 < 2;
    }

    private static Signal input(int step, boolean values) {
        Signal rows = values ? FloatMatrix.zeros(SESSIONS, 20) : SpikeMatrix.zeros(SESSIONS, 20);
        for (int i = 0; i < SESSIONS * 20; i++) {
            boolean fires = fires(i / 20, i % 20, step);
            switch (rows) {
                case SpikeMatrix spikes -> spikes.set(i / 20, i % 20, fires);
                case FloatMatrix floats -> floats.set(i / 20, i % 20, fires ? 0.5f : -0.0f);
            }
        }
        return rows;
    }

    /** 3 of 30 sessions are sampled: the first, and those at one and two thirds. */
    private void assertNumbers(SessionPool.Answers answers, int step) {
        double input = 0;
        double output = 0;
        double undecided = 0;
        double margin = 0;
        for (int row = 0; row < SESSIONS; row += SESSIONS / 3) {
            for (int i = 0; i < 20; i++) {
                input += fires(row, i, step) ? 1 / 60.0 : 0;
            }
            List<Integer> counts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                output += answers.spikes().get(row, i) ? 1 / 12.0 : 0;
                counts.add(answers.count(row, i));
            }
            undecided += answers.decidedAfter(row) == 0 ? 1 / 3.0 : 0;
            counts.sort(null);
            margin += (counts.get(3) - counts.get(2)) / (3.0 * answers.steps(row));
        }
        assertEquals(SESSIONS, found.get(NAME + "batch"));
        assertTrue(found.get(NAME + "seconds") > 0);
        assertEquals(input, found.get(NAME + "input"), 1e-12);
        assertEquals(output, found.get(NAME + "output"), 1e-12);
        assertEquals(undecided, found.get(NAME + "undecided"), 1e-12);
        assertEquals(margin, found.get(NAME + "margin"), 1e-12);
    }

    @Test
    void tellsWhatAStepDid() {
        for (boolean values : new boolean[] {false, true}) {
            SessionPoolBuilder builder = pool().metrics(found::put);
            try (SessionPool pool = (values ? builder.values() : builder).build()) {
                SessionPool.Answers answers = pool.newAnswers(SESSIONS);
                for (int step = 0; step < 20; step++) {
                    pool.step(keys, input(step, values), answers);
                    assertNumbers(answers, step);
                }
                assertEquals(Set.of("batch", "seconds", "input", "output", "undecided", "margin"), names());
                assertTrue(found.get(NAME + "undecided") < 1, "nothing is decided ");
                assertTrue(found.get(NAME + "margin") > 0, "nobody leads");
            }
        }
    }

    private Set<String> names() {
        Set<String> names = new HashSet<>();
        found.keySet().forEach(name -> names.add(name.replace(NAME, "")));
        return names;
    }

    @Test
    void offersTellTheirQueueAndWait() {
        try (SessionPool pool =
                pool().metrics(found::put).longestWait(Duration.ofMillis(20)).build()) {
            Signal rows = input(0, false);
            List<CompletableFuture<SessionPool.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(pool.offer(i, rows.rows(i, 1)));
            }
            answers.forEach(CompletableFuture::join);
            pool.inMemory(); // after the batch of their answers
            assertTrue(found.get(NAME + "queue") >= 1 && found.get(NAME + "queue") <= 5, found.toString());
            assertTrue(found.get(NAME + "wait") >= 0.02, found.toString());
            found.clear();
            pool.step(keys, rows, pool.newAnswers(SESSIONS));
            assertEquals(Set.of("batch", "seconds", "input", "output", "undecided", "margin"), names());
        }
    }

    /** Offers of a failed step do not wait for the next one. */
    @Test
    void aStepThatFailsLeavesNoQueue() {
        Signal[] rows = {SpikeMatrix.zeros(1, 20)};
        SessionRun run = new SessionRun(this, new CountedArenas(Owner.POOL), network, rows, new EarlyExit(40, 1, 0));
        try (SessionPool pool = pool().build();
                Arena arena = Arena.ofShared()) {
            SessionTable table = new SessionTable(size -> arena.allocate(size, 64), run.bytes(), 4);
            MemorySegment initial = arena.allocate(run.bytes(), 64);
            run.begin(initial);
            SessionMetrics metrics = new SessionMetrics(found::put);
            SessionPool.Answers answers = pool.newAnswers(1);
            pool.step(new long[] {7}, rows[0], answers); // so that they are one batch
            SessionBatch batch = new SessionBatch(table, new SessionRun[] {run}, initial, answers, metrics);
            batch.begin(rows, answers);
            batch.add(1 << 20, 0); // no slot of the table
            metrics.waited(5, System.nanoTime());
            assertThrows(RuntimeException.class, batch::run);
            batch.begin(rows, answers);
            batch.add(table.take(7), 0);
            batch.run();
            batch.close();
        }
        assertEquals(1, found.get(NAME + "batch"));
        assertFalse(found.containsKey(NAME + "queue"), found.toString());
    }

    /** Exceptions of a user's metrics do not fail a step, and go to the thread's handler. */
    @Test
    void aFailureOfMetricsIsNoneOfAStep() throws InterruptedException {
        Set<Throwable> seen = new HashSet<>();
        AssertionError thrown = new AssertionError("full");
        Metrics failing = (name, value) -> {
            throw thrown;
        };
        try (SessionPool pool = pool().metrics(failing).build()) {
            SessionPool.Answers answers = pool.newAnswers(SESSIONS);
            AtomicBoolean returned = new AtomicBoolean();
            Thread thread = new Thread(() -> {
                pool.step(keys, input(0, false), answers);
                returned.set(true);
            });
            thread.setUncaughtExceptionHandler((_, failure) -> seen.add(failure));
            thread.start();
            thread.join();
            assertTrue(returned.get());
            assertEquals(SESSIONS, answers.size());
            assertEquals(1, answers.steps(7));
        }
        assertEquals(Set.of(thrown), seen);
    }

    /** Metrics run inside a batch, for which closing waits: a pool that they close stays open, and nothing hangs. */
    @Test
    void metricsCannotCloseTheirPool() {
        List<SessionPool> pools = new ArrayList<>();
        Set<String> refused = new HashSet<>();
        Metrics closing = (name, value) -> pools.forEach(pool -> refused.add(
                assertThrows(IllegalStateException.class, pool::close).getMessage()));
        try (SessionPool pool = pool().metrics(closing).build()) {
            pools.add(pool);
            pool.step(keys, input(0, false), pool.newAnswers(SESSIONS));
            assertEquals(
                    Set.of("session pool is busy: a metrics listener or a store cannot close it, evict, flush or"
                            + " restore"),
                    refused);
            assertEquals(2, pool.offer(3, input(1, false).rows(3, 1)).join().steps());
            pools.clear();
        }
    }

    @Test
    void flightRecorderGetsThem(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("pool.jfr");
        try (Recording recording = new Recording();
                SessionPool pool = pool().build()) {
            SessionPool.Answers answers = pool.newAnswers(SESSIONS);
            pool.step(keys, input(0, false), answers);
            recording.start();
            pool.step(keys, input(1, false), answers);
            recording.stop();
            recording.dump(file);
            pool.step(keys, input(2, false), answers);
        }
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().equals("dev.spikelane.Metric")) {
                found.put(event.getString("metric"), event.getDouble("value"));
            }
        }
        assertEquals(SESSIONS, found.get(NAME + "batch"));
        assertTrue(found.get(NAME + "input") > 0);
        assertEquals(6, found.size(), found.toString());
    }
}
