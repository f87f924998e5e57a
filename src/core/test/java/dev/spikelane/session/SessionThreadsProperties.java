package dev.spikelane.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.session.SessionPool.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Eight threads step, offer, evict, remove, write snapshots, change weights, and close and reopen a pool, in any order;
 * a simulation then repeats each session alone.
 */
@Alone
@FewerTries(fullWidth = 3)
final class SessionThreadsProperties extends KernelCase {

    private static final int THREADS = 8;
    private static final int SESSIONS_OF_THREAD = 6;
    private static final int INPUTS = 24;
    private static final int CALLS = 40;

    /** Input rows; a step of a session takes one. */
    private static final int ROWS = 64;

    /** The input row and the answer of a session; a negative row is a removal. */
    private record Done(int row, long steps, List<Integer> fired) {}

    /** Delays from the input and in a loop, a recurrence and integers. */
    private static Network network() {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Population a = builder.population("a", Shape.of(40), new Leaky(0.9f).withThreshold(0.3f));
        Population b =
                builder.population("b", Shape.of(30), new RLeaky(Recurrence.oneToOne(0.2f), 0.8f).withThreshold(0.3f));
        Population c = builder.population("c", Shape.of(5), new Leaky(0.7f).withThreshold(0.2f));
        builder.project("xa", x, a, Dense.linear(INPUTS, 40, random).nearest(ElementType.INT8));
        builder.project("xb", x, b, Dense.linear(INPUTS, 30, random)).delay(3);
        builder.project("ab", a, b, Dense.linear(40, 30, random)).delay(1);
        builder.project("ba", b, a, Dense.linear(30, 40, random)).delay(2);
        builder.project("bc", b, c, Dense.linear(30, 5, random));
        return builder.build();
    }

    @Property(tries = 6, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void eachSessionDidWhatItDoesAlone(@ForAll long seed) throws Exception {
        Network network = network();
        Random random = new Random(seed);
        Path folder = Files.createTempDirectory("sessions");
        MapStore store = new MapStore();
        SpikeMatrix input = Matrices.spikes(arena, ROWS, INPUTS, 0.3, random);
        Simulation[] alone = new Simulation[THREADS * SESSIONS_OF_THREAD];
        for (int i = 0; i < alone.length; i++) {
            alone[i] = network.simulate(1);
        }
        int spikes = 0;
        for (int round = 0; round < 3; round++) {
            if (round > 0) {
                FloatMatrix values = network.weights().get("ab.weight");
                network.weights()
                        .replaceAll(
                                Map.of("ab.weight", Matrices.uniform(arena, values.rows(), values.columns(), random)));
            }
            List<List<Done>> all = round(network, store, input, folder, random.nextLong());
            for (int session = 0; session < alone.length; session++) {
                spikes += compare(alone[session], all.get(session), input, "session " + session);
            }
        }
        assertTrue(spikes > 100, spikes + " spikes");
        for (Simulation each : alone) {
            each.close();
        }
    }

    /** Runs a pool with eight threads, beside two that write snapshots and replace weights by themselves. */
    private static List<List<Done>> round(Network network, MapStore store, SpikeMatrix input, Path folder, long seed)
            throws InterruptedException, ExecutionException {
        List<List<Done>> all = new ArrayList<>();
        long bytes;
        try (SessionPool probe = SessionPool.builder(network).build()) {
            bytes = probe.stateBytes();
        }
        AtomicBoolean done = new AtomicBoolean();
        SessionPool pool = SessionPool.builder(network)
                .threads(2)
                .largestBatch(5)
                .longestWait(Duration.ofNanos(200_000))
                .memory(20 * bytes)
                .store(store)
                .build();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> results = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread * SESSIONS_OF_THREAD;
                for (int i = 0; i < SESSIONS_OF_THREAD; i++) {
                    all.add(new ArrayList<>());
                }
                Random own = new Random(seed + thread);
                results.add(threads.submit(() -> work(pool, input, first, all, own)));
            }
            Future<?> others = threads.submit(() -> {
                FloatMatrix same = network.weights().get("ab.weight");
                while (!done.get()) {
                    pool.snapshot(folder.resolve("pool"));
                    network.weights().waiting(Duration.ofSeconds(20)).replaceAll(Map.of("ab.weight", same));
                }
                return null;
            });
            for (Future<?> each : results) {
                each.get();
            }
            done.set(true);
            others.get();
        }
        pool.close();
        assertEquals(0, all.stream().filter(List::isEmpty).count());
        return all;
    }

    private static void work(SessionPool pool, SpikeMatrix input, int first, List<List<Done>> all, Random random) {
        SessionPool.Answers answers = pool.newAnswers(SESSIONS_OF_THREAD);
        for (int call = 0; call < CALLS; call++) {
            int[] sessions = random.ints(first, first + SESSIONS_OF_THREAD)
                    .distinct()
                    .limit(1 + random.nextInt(SESSIONS_OF_THREAD))
                    .toArray();
            int[] rows = random.ints(sessions.length, 0, ROWS).toArray();
            int kind = call == 0 ? 0 : random.nextInt(10);
            if (kind < 5) {
                step(
                        pool,
                        input,
                        call == 0 ? range(first) : sessions,
                        call == 0 ? new int[SESSIONS_OF_THREAD] : rows,
                        answers,
                        all);
            } else if (kind < 8) {
                offer(pool, input, sessions, rows, all);
            } else if (kind == 8) {
                pool.evict(key(sessions[0]));
            } else {
                pool.remove(key(sessions[0]));
                all.get(sessions[0]).add(new Done(-1, 0, List.of()));
            }
        }
    }

    private static int[] range(int first) {
        return IntStream.range(first, first + SESSIONS_OF_THREAD).toArray();
    }

    private static long key(int session) {
        return session * 1_000_003L - 5_000_000;
    }

    private static void step(
            SessionPool pool,
            SpikeMatrix input,
            int[] sessions,
            int[] rows,
            SessionPool.Answers answers,
            List<List<Done>> all) {
        pool.step(
                Arrays.stream(sessions).mapToLong(SessionThreadsProperties::key).toArray(),
                input.gather(rows),
                answers);
        for (int i = 0; i < sessions.length; i++) {
            List<Integer> fired = new ArrayList<>();
            answers.spikes().forEachSpike(i, fired::add);
            all.get(sessions[i]).add(new Done(rows[i], answers.steps(i), fired));
        }
    }

    private static void offer(SessionPool pool, SpikeMatrix input, int[] sessions, int[] rows, List<List<Done>> all) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < sessions.length; i++) {
            answers.add(pool.offer(key(sessions[i]), input.rows(rows[i], 1)));
            answers.add(pool.offer(key(sessions[i]), input.rows(rows[0], 1)));
        }
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i).join();
            all.get(sessions[i / 2]).add(new Done(rows[i % 2 == 0 ? i / 2 : 0], answer.steps(), answer.fired()));
        }
    }

    private static int compare(Simulation alone, List<Done> did, SpikeMatrix input, String what) {
        int spikes = 0;
        for (Done each : did) {
            if (each.row < 0) {
                alone.reset();
                continue;
            }
            SpikeMatrix expected = alone.step(input.rows(each.row, 1));
            assertEquals(alone.steps(), each.steps, what);
            assertArrayEquals(
                    expected.toArray(), toArray(each.fired, expected.columns()), () -> what + ", step " + each.steps);
            spikes += each.fired.size();
        }
        return spikes;
    }

    private static byte[] toArray(List<Integer> fired, int outputs) {
        byte[] row = new byte[outputs];
        fired.forEach(each -> row[each] = 1);
        return row;
    }
}
