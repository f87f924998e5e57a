package dev.spikelane.session;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.session.SessionPool.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions come, go, wait, move and are refused, and each continues as if alone. */
final class SessionPoolTest extends KernelCase {

    private static final int INPUTS = 20;
    private static final int OUTPUTS = 6;

    private final Random random = new Random(5);

    @TempDir
    private Path folder;

    private static Network network() {
        return Networks.dense(new TorchRandom(1), new Leaky(0.9f).withThreshold(0.1f), INPUTS, 70, OUTPUTS);
    }

    private SpikeMatrix spikes(int rows) {
        return Matrices.spikes(arena, rows, INPUTS, 0.4, random);
    }

    private static long[] keys(int from, int count) {
        return LongStream.range(from, from + count).toArray();
    }

    /** Compares all states of two pools. */
    private static void assertSame(SessionPool expected, SessionPool actual, long... keys) {
        for (long key : keys) {
            assertArrayEquals(expected.state(key), actual.state(key), () -> "session " + key);
        }
    }

    /** Releases pools that other tests left open, which a collection could close at any moment. */
    private static long afterForgottenPools() throws InterruptedException {
        System.gc();
        long before;
        long open = Owner.POOL.open();
        do {
            Thread.sleep(100);
            before = open;
            open = Owner.POOL.open();
        } while (open < before);
        return open;
    }

    /** Its runs of several sizes and threads do not count as the user's simulations. */
    @Test
    void theMemoryOfAPoolIsThatOfOnePool() throws InterruptedException {
        long pools = afterForgottenPools();
        long simulations = Owner.SIMULATION.open();
        long bytes = Owner.POOL.bytes();
        try (SessionPool pool = SessionPool.builder(network()).threads(2).build()) {
            int most = 2 * SessionRun.MOST_ROWS + 1;
            pool.step(keys(0, most), SpikeMatrix.zeros(most, INPUTS), pool.newAnswers(most));
            assertEquals(pools + 1, Owner.POOL.open());
            assertEquals(simulations, Owner.SIMULATION.open());
            assertTrue(Owner.POOL.bytes() > bytes);
            String described = NativeMemory.describe();
            assertTrue(described.contains(" bytes by " + (pools + 1) + " open session pools, "), described);
        }
        assertEquals(pools, Owner.POOL.open());
        assertEquals(bytes, Owner.POOL.bytes());
    }

    /** A single output has no competitor, so without a rule nothing is decided. */
    @Test
    void aSingleOutputIsCountedForEver() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f).withThreshold(-1), INPUTS, 1);
        try (SessionPool pool = SessionPool.builder(network).build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            for (int step = 0; step < 5; step++) {
                pool.step(keys(7, 1), spikes(1), answers);
            }
            assertEquals(5, answers.count(0, 0));
            assertEquals(0, answers.decidedAfter(0));
        }
    }

    /** After 2^31 - 1 spikes of a class, its count and label stay. */
    @Test
    void countsEndAtTheLargestNumber() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f).withThreshold(-1), INPUTS, 2);
        MapStore store = new MapStore();
        try (SessionPool pool = SessionPool.builder(network).store(store).build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            pool.step(keys(7, 1), spikes(1), answers);
            pool.evict(7);
            ByteBuffer state = store.state(7);
            state.putInt(SessionRun.AT_COUNTS + Integer.BYTES, Integer.MAX_VALUE);
            store.put(network, 7, state);
            pool.step(keys(7, 1), spikes(1), answers);
            assertEquals("2 2147483647 1", answers.count(0, 0) + " " + answers.count(0, 1) + " " + answers.label(0));
        }
    }

    @Test
    void idleSessionsGoToTheStoreAndComeBack() {
        MapStore store = new MapStore();
        Network network = network();
        try (SessionPool roomy = SessionPool.builder(network).build();
                SessionPool narrow = SessionPool.builder(network)
                        .memory(4 * roomy.stateBytes())
                        .store(store)
                        .build()) {
            SessionPool.Answers expected = roomy.newAnswers(4);
            SessionPool.Answers actual = narrow.newAnswers(4);
            for (int step = 0; step < 60; step++) {
                long[] keys = random.longs(0, 13).distinct().limit(1 + step % 4).toArray();
                SpikeMatrix input = spikes(keys.length);
                roomy.step(keys, input, expected);
                narrow.step(keys, input, actual);
                for (int place = 0; place < keys.length; place++) {
                    assertEquals(expected.label(place), actual.label(place));
                    assertEquals(expected.steps(place), actual.steps(place));
                }
            }
            assertEquals(13, narrow.sessions());
            assertEquals(4, narrow.inMemory());
            assertEquals(13, roomy.inMemory());
            assertSame(roomy, narrow, keys(0, 13));
            assertIllegalState(
                    "a step has more sessions than the 4 that fit into memory: raise memory, or pass fewer keys",
                    () -> narrow.step(keys(0, 5), spikes(5), narrow.newAnswers(5)));
            assertSame(roomy, narrow, keys(0, 13));
            assertEquals(4, narrow.evictIdle(Duration.ZERO));
            assertFalse(narrow.evict(3));
            assertEquals(0, narrow.inMemory());
            store.fails = true;
            assertThrows(UncheckedIOException.class, () -> narrow.step(keys(0, 1), spikes(1), actual));
            store.fails = false;
            assertSame(roomy, narrow, keys(0, 13));
            store.states.remove(SessionKey.of(7));
            assertIllegalState(
                    "the store has lost the state of session 7, expected the state that the pool wrote",
                    () -> narrow.step(keys(7, 1), spikes(1), actual));
        }
    }

    @Test
    void sessionsOfAStoreOutliveThePool() {
        Network network = network();
        SessionStore store = SessionStore.ofFolder(folder);
        SpikeMatrix input = spikes(3);
        try (SessionPool expected = SessionPool.builder(network).build()) {
            for (int part = 0; part < 3; part++) {
                expected.step(keys(0, 3), input, expected.newAnswers(3));
                try (SessionPool pool =
                        SessionPool.builder(network).store(store).build()) {
                    pool.step(keys(0, 3), input, pool.newAnswers(3));
                    assertSame(expected, pool, keys(0, 3));
                }
            }
            try (SessionPool pool = SessionPool.builder(network).store(store).build()) {
                assertSame(expected, pool, keys(0, 3));
                pool.remove(1);
                pool.step(keys(1, 1), input.rows(1, 1), pool.newAnswers(1));
                assertEquals(1, pool.state(1)[0]);
            }
        }
    }

    @Test
    void refusesMoreThanThereMayBe() {
        try (SessionPool pool = SessionPool.builder(network()).mostSessions(5).build()) {
            SessionPool.Answers answers = pool.newAnswers(4);
            pool.step(keys(0, 4), spikes(4), answers);
            byte[] state = pool.state(3);
            assertIllegalState(
                    "pool has 5 sessions, its limit, and key 5 would begin another: raise mostSessions",
                    () -> pool.step(keys(3, 3), spikes(3), answers));
            assertEquals(4, pool.sessions());
            assertArrayEquals(state, pool.state(3));
            assertInvalid(
                    "key 9 is given twice, expected each session once",
                    () -> pool.step(new long[] {9, 1, 9}, spikes(3), answers));
            assertEquals(4, pool.sessions());
            assertInvalid(
                    "answers have room for 4 sessions of 6 outputs and 6 classes, expected at least 5 of 6 and 6",
                    () -> pool.step(keys(0, 5), spikes(5), answers));
            assertThrows(IllegalArgumentException.class, () -> pool.step(keys(0, 2), spikes(3), answers));
            assertInvalid(
                    "input 'input' is values, expected spikes: call SessionPoolBuilder.values() for inputs of values",
                    () -> pool.step(keys(0, 2), FloatMatrix.zeros(2, INPUTS), answers));
            assertIllegalState(
                    "the pool has no store, expected one for evicted sessions: set" + " SessionPoolBuilder.store",
                    () -> pool.evict(0));
            pool.remove(0);
            pool.step(keys(3, 3), spikes(3), answers);
            assertEquals(2, answers.steps(0));
            assertEquals(1, answers.steps(2));
        }
        long bytes = 1 << 20;
        try (SessionPool pool = SessionPool.builder(network()).memory(bytes).build()) {
            int most = (int) (bytes / pool.stateBytes());
            pool.step(keys(0, most), spikes(most), pool.newAnswers(most));
            assertIllegalState(
                    "pool has " + most + " sessions of " + pool.stateBytes()
                            + " bytes in memory, its limit: raise memory, or set a store for idle sessions",
                    () -> pool.step(keys(most, 1), spikes(1), pool.newAnswers(1)));
        }
        assertInvalid(
                "memory is 9 bytes, expected at least the 344 of a session",
                () -> SessionPool.builder(network()).memory(9).build());
    }

    private static void assertRefused(String message, Network network) {
        assertInvalid(message, () -> SessionPool.builder(network).build());
    }

    @Test
    void refusesByNameWhatGoesByStep() {
        TorchRandom random = new TorchRandom(1);
        String alike = ", expected equal at all steps, as sessions of a batch are at different steps";
        assertRefused(
                "population 'lif1' has a window of the newest 3 inputs" + alike,
                Networks.dense(random, new StateLeaky(0.5f).withKernelTruncation(3), 4, 2));
        assertRefused(
                "population 'lif1' has noise that is drawn by step" + alike,
                Networks.dense(
                        random,
                        EquationNeuron.of(
                                "neuron Noisy\ninput current\nstate v\nnoise xi\nv = v + current + xi\nspike v > 1\n"),
                        4,
                        2));
        assertRefused(
                "projection 'fc1' has values for each step" + alike,
                Networks.of(random, 4, dense(2, new Leaky(0.5f), BatchNorm.tt(2, 10))));
    }

    @Test
    void weightsChangeBetweenSteps() {
        Network network = network();
        FloatMatrix before = network.weights().get("fc1.weight");
        FloatMatrix behind = Matrices.uniform(arena, before.rows(), before.columns(), random);
        try (SessionPool pool = SessionPool.builder(network).threads(2).build();
                Simulation alone = network.simulate(1)) {
            SessionPool.Answers answers = pool.newAnswers(40);
            SpikeMatrix input = spikes(40);
            for (int step = 0; step < 9; step++) {
                if (step % 4 == 3) {
                    network.weights().replaceAll(Map.of("fc1.weight", step == 3 ? behind : before));
                }
                pool.step(keys(0, 40), input, answers);
                SpikeMatrix fired = alone.step(input.rows(17, 1));
                assertArrayEquals(fired.toArray(), answers.spikes().rows(17, 1).toArray());
            }
        }
    }

    /** New sessions start with the current parameters, like a reset simulation. */
    @Test
    void sessionsBeginByThePresentParameters() {
        Network network = Networks.dense(
                new TorchRandom(1),
                EquationNeuron.of("neuron Started\nparam start = 0.5\ninput current\nstate v = start\n"
                        + "v = v + 0 * current\nspike v > 1\n"),
                INPUTS,
                1);
        try (SessionPool pool = SessionPool.builder(network).build()) {
            SessionPool.Answers answers = pool.newAnswers(2);
            pool.step(keys(0, 1), spikes(1), answers);
            assertFalse(answers.spikes().get(0, 0));
            network.weights().replace("lif1.start", FloatMatrix.vector(2));
            pool.step(keys(0, 2), spikes(2), answers);
            assertFalse(answers.spikes().get(0, 0));
            assertTrue(answers.spikes().get(1, 0));
        }
    }

    @Test
    void tenThousandSessionsAreAsAlone() {
        Network network = network();
        int sessions = 10_000;
        int steps = 6;
        SpikeMatrix input = spikes(sessions + steps);
        try (SessionPool pool = SessionPool.builder(network).threads(2).build();
                SessionPool single = SessionPool.builder(network).build();
                Simulation alone = network.simulate(1)) {
            List<SessionPool.Answers> answers = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                answers.add(pool.newAnswers(sessions));
                pool.step(keys(0, sessions), input.rows(step, sessions), answers.get(step));
            }
            SessionPool.Answers one = single.newAnswers(1);
            for (int session = 0; session < sessions; session++) {
                alone.reset();
                for (int step = 0; step < steps; step++) {
                    SpikeMatrix row = input.rows(step + session, 1);
                    single.step(keys(session, 1), row, one);
                    byte[] fired = alone.step(row).toArray();
                    assertArrayEquals(
                            fired, answers.get(step).spikes().rows(session, 1).toArray());
                }
                assertArrayEquals(single.state(session), pool.state(session));
            }
        }
    }

    /** The rule decides as in a simulation, and counts stay as at the decision. */
    @Test
    void labelsAreDecidedAsInASimulation() {
        Network network = network();
        EarlyExit rule = new EarlyExit(60, 3, 3);
        try (SessionPool pool = SessionPool.builder(network).decision(rule).build();
                Simulation alone = network.simulate(2)) {
            EarlyExit.Labels labels = alone.observe("lif2", rule.labels());
            SessionPool.Answers answers = pool.newAnswers(2);
            for (int step = 0; step < 60; step++) {
                SpikeMatrix input = spikes(2);
                pool.step(keys(4, 2), input, answers);
                alone.step(input);
                for (int place = 0; place < 2; place++) {
                    assertEquals(labels.label(place), answers.label(place));
                    assertEquals(labels.steps(place), answers.decidedAfter(place));
                }
            }
            assertTrue(labels.decided());
        }
    }

    @Test
    void offersAreAnsweredInTheirOrder() throws Exception {
        Network network = network();
        int count = 300;
        SpikeMatrix input = spikes(count);
        try (SessionPool pool = SessionPool.builder(network)
                        .longestWait(Duration.ofMillis(2))
                        .largestBatch(7)
                        .mostSessions(11)
                        .build();
                SessionPool expected = SessionPool.builder(network).build()) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                answers.add(pool.offer(i % 11, input.rows(i, 1)));
            }
            SessionPool.Answers one = expected.newAnswers(1);
            for (int i = 0; i < count; i++) {
                expected.step(keys(i % 11, 1), input.rows(i, 1), one);
                Answer answer = answers.get(i).get();
                List<Integer> fired = new ArrayList<>();
                one.spikes().forEachSpike(0, fired::add);
                assertEquals(new Answer(i % 11, i / 11 + 1, fired, one.label(0), 0), answer);
            }
            CompletionException refused = assertThrows(
                    CompletionException.class,
                    () -> pool.offer(99, input.rows(0, 1)).join());
            assertEquals(
                    "pool has 11 sessions, its limit, and key 99 would begin another: raise mostSessions",
                    refused.getCause().getMessage());
        }
    }

    /** Offers before the end are answered and stored; later ones are refused. */
    @Test
    void closingAnswersWhatWaits() throws Exception {
        MapStore store = new MapStore();
        SpikeMatrix input = spikes(1);
        SessionPool pool = SessionPool.builder(network())
                .longestWait(Duration.ofHours(1))
                .mostWaiting(20)
                .store(store)
                .build();
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(pool.offer(i % 8, input));
        }
        assertIllegalState("the queue has 20 offers, its limit: offer again later", () -> pool.offer(1, input));
        pool.close();
        pool.close();
        for (int i = 0; i < 20; i++) {
            assertEquals(i / 8 + 1, answers.get(i).get().steps());
        }
        assertEquals(8, store.states.size());
        assertEquals(3, store.state(3).get(0));
        assertIllegalState("session pool is closed", () -> pool.offer(1, input));
        assertIllegalState("session pool is closed", pool::sessions);
    }

    /** Threads step and offer until the pool is closed: the store has all answered steps, and no more. */
    @Test
    void closingWhileBusyLosesNothingThatWasAnswered() throws Exception {
        MapStore store = new MapStore();
        SessionPool pool = SessionPool.builder(network())
                .threads(2)
                .longestWait(Duration.ofNanos(100_000))
                .store(store)
                .build();
        long[] answered = new long[8];
        CountDownLatch busy = new CountDownLatch(100);
        List<Thread> threads = new ArrayList<>();
        SpikeMatrix input = spikes(1);
        for (int i = 0; i < answered.length; i++) {
            int session = i;
            threads.add(Thread.ofPlatform().start(() -> {
                SessionPool.Answers answers = pool.newAnswers(1);
                try {
                    while (true) {
                        if (session % 2 == 0) {
                            pool.step(keys(session, 1), input, answers);
                            answered[session] = answers.steps(0);
                        } else {
                            answered[session] =
                                    pool.offer(session, input).join().steps();
                        }
                        busy.countDown();
                    }
                } catch (IllegalStateException closed) {
                    assertEquals("session pool is closed", closed.getMessage());
                }
            }));
        }
        busy.await();
        pool.close();
        for (int session = 0; session < answered.length; session++) {
            threads.get(session).join();
            assertEquals(answered[session], store.state(session).getLong());
        }
    }

    @Test
    void anAnsweringThreadGoesOnAndDoesNotClose() throws Exception {
        try (SessionPool pool = SessionPool.builder(network()).build()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            CountDownLatch told = new CountDownLatch(1);
            SessionPool same = pool;
            pool.offer(1, spikes(1), (answer, refused) -> {
                try {
                    same.close();
                } catch (IllegalStateException expected) {
                    failure.set(expected);
                }
                told.countDown();
                throw new UnsupportedOperationException("of a test");
            });
            told.await();
            assertEquals(
                    "a callback of an offer cannot close the session pool: close it on another thread",
                    failure.get().getMessage());
            assertEquals(2, pool.offer(1, spikes(1)).get().steps());
        }
    }

    /** All sessions take each step together, so a consistent snapshot has all at one step. */
    @Test
    void snapshotsAreConsistentWhileSessionsGoOn() throws Exception {
        Network network = network();
        int sessions = 900;
        MapStore store = new MapStore();
        SpikeMatrix input = spikes(sessions);
        Path file = folder.resolve("pool");
        try (SessionPool pool =
                        SessionPool.builder(network).threads(2).store(store).build();
                SessionPool other = SessionPool.builder(network).build();
                SessionPool expected = SessionPool.builder(network).build()) {
            SessionPool.Answers answers = pool.newAnswers(sessions);
            pool.step(keys(0, sessions), input, answers);
            AtomicBoolean done = new AtomicBoolean();
            Thread steps = Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    pool.step(keys(0, sessions), input, answers);
                    pool.evict(7);
                    pool.remove(-1);
                }
            });
            for (int i = 0; i < 3; i++) {
                pool.snapshot(file);
                other.restore(file);
                while (expected.sessions() == 0 || stepsOf(expected) < stepsOf(other)) {
                    expected.step(keys(0, sessions), input, expected.newAnswers(sessions));
                }
                assertSame(expected, other, keys(0, sessions));
            }
            done.set(true);
            steps.join();
        }
    }

    private static long stepsOf(SessionPool pool) {
        return ByteBuffer.wrap(pool.state(0)).order(ByteOrder.nativeOrder()).getLong();
    }

    /** A file that is cut or changed anywhere is refused without a change. */
    @Test
    void damagedSnapshotsAreRefused() throws IOException {
        Path file = folder.resolve("pool");
        try (SessionPool pool = SessionPool.builder(network()).build()) {
            pool.step(keys(0, 3), spikes(3), pool.newAnswers(3));
            pool.key("name");
            pool.snapshot(file);
            byte[] bytes = Files.readAllBytes(file);
            for (int length = 0; length < bytes.length; length += 1 + length / 40) {
                Files.write(file, Arrays.copyOf(bytes, length));
                assertThrows(IOException.class, () -> pool.restore(file));
            }
            for (int at = 0; at < bytes.length; at += 1 + at / 40) {
                byte[] changed = bytes.clone();
                changed[at] ^= 4;
                Files.write(file, changed);
                assertThrows(IOException.class, () -> pool.restore(file));
            }
            assertEquals(3, pool.sessions());
            Files.write(file, bytes);
            pool.restore(file);
            try (SessionPool other = SessionPool.builder(network())
                    .decision(new EarlyExit(9, 1, 2))
                    .build()) {
                assertPart(IOException.class, "build the pool with the same", () -> other.restore(file));
            }
            try (SessionPool other =
                    SessionPool.builder(network()).mostSessions(2).build()) {
                assertIllegalState(file + " has 3 sessions, expected at most 2", () -> other.restore(file));
            }
        }
    }

    /** The network is equal: only the length of the states differs. */
    @Test
    void aSnapshotWithReceiptsIsNotOfAnotherNetwork() throws IOException {
        Path file = folder.resolve("pool");
        try (SessionPool one = SessionPool.builder(network()).receipts().build();
                SessionPool other = SessionPool.builder(network()).build()) {
            for (SessionPool from : List.of(one, other)) {
                SessionPool to = from == one ? other : one;
                from.step(keys(0, 3), spikes(3), from.newAnswers(3));
                from.snapshot(file);
                String message =
                        assertThrows(IOException.class, () -> to.restore(file)).getMessage();
                String expected = "has " + from.stateBytes() + " bytes, expected " + to.stateBytes()
                        + ": build the pool with the same receipts() and decision(...)";
                assertTrue(message.contains(expected), message);
            }
        }
    }

    /** A write that ends anywhere leaves the last complete file, because the new one has a temporary name. */
    @Test
    void aSnapshotThatFailsLeavesTheLastOne() throws IOException {
        Path file = folder.resolve("pool");
        MapStore store = new MapStore();
        try (SessionPool pool = SessionPool.builder(network()).store(store).build();
                SessionPool other = SessionPool.builder(network()).build()) {
            pool.step(keys(0, 600), spikes(600), pool.newAnswers(600));
            pool.snapshot(file);
            byte[] complete = Files.readAllBytes(file);
            pool.step(keys(0, 600), spikes(600), pool.newAnswers(600));
            for (int lost = 0; lost < 600; lost += 150) {
                pool.evict(lost);
                byte[] state = store.states.remove(SessionKey.of(lost));
                assertThrows(IllegalStateException.class, () -> pool.snapshot(file)); // ends in the middle
                store.states.put(SessionKey.of(lost), state);
                assertArrayEquals(complete, Files.readAllBytes(file));
            }
            other.restore(file);
            assertEquals(600, other.sessions());
            assertEquals(1, stepsOf(other));
            pool.snapshot(file);
            other.restore(file);
            assertSame(pool, other, keys(0, 600));
        }
    }
}
