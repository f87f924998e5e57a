package dev.spikelane.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.OwnJvm;
import dev.spikelane.Tries;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random calls of several threads with crashes at any moment, against arrays of step counts: a session has its own
 * state, at least the steps of the last acknowledged flush, and at most the given ones.
 */
@EveryWidth
@Timeout(600)
final class SessionRestartTest extends FolderCase {

    private static final int INPUTS = 8;
    private static final int THREADS = 3;
    private static final int SESSIONS = 24;
    /** Sessions from this number on have names. */
    private static final int FIRST_NAMED = 12;

    private static final int MOST_STEPS = 1_000_000;
    private static final int MEMORY_SESSIONS = 18;

    private static Network network() {
        return Networks.dense(new TorchRandom(1), new Leaky(0.97f), INPUTS, 6);
    }

    private static SpikeMatrix input(int session) {
        SpikeMatrix input = SpikeMatrix.zeros(1, INPUTS);
        for (int i = 0; i < INPUTS; i++) {
            if ((session + 1 >> i & 1) != 0) {
                input.set(0, i, true);
            }
        }
        return input;
    }

    static SessionPool open(SessionStore store) {
        Network network = network();
        long bytes;
        try (SessionPool first = SessionPool.builder(network).build()) {
            bytes = first.stateBytes();
        }
        return SessionPool.builder(network)
                .store(store)
                .memory(MEMORY_SESSIONS * bytes)
                .build();
    }

    private static long key(SessionPool pool, int session) {
        return session < FIRST_NAMED ? session : pool.key("session " + session);
    }

    static long step(SessionPool pool, int session) {
        SessionPool.Answers answers = pool.newAnswers(1);
        pool.step(new long[] {key(pool, session)}, input(session), answers);
        return answers.steps(0);
    }

    /** Expected states, from a pool without a store. */
    private static final class Expected {

        private final SessionPool plain = SessionPool.builder(network()).build();
        private final List<List<byte[]>> states = new ArrayList<>();

        Expected() {
            for (int session = 0; session < SESSIONS; session++) {
                states.add(new ArrayList<>());
            }
        }

        synchronized byte[] state(int session, int steps) {
            List<byte[]> known = states.get(session);
            while (known.size() < steps) {
                step(plain, session);
                known.add(plain.state(key(plain, session)));
            }
            return known.get(steps - 1);
        }
    }

    private static final Expected EXPECTED = new Expected();

    /** Returns the steps of a session, whose state is checked; 0 without one. */
    static int steps(SessionPool pool, int session) {
        byte[] state;
        try {
            state = pool.state(key(pool, session));
        } catch (IllegalArgumentException none) {
            return 0;
        }
        int steps = (int) ByteBuffer.wrap(state).order(ByteOrder.nativeOrder()).getLong(0);
        assertTrue(steps > 0 && steps < MOST_STEPS, "session " + session + " has done " + steps + " steps");
        assertTrue(
                Arrays.equals(EXPECTED.state(session, steps), state),
                "session " + session + " has not its own state after " + steps + " steps");
        return steps;
    }

    /** Fails at random calls, before or after their effect. */
    private static final class RandomlyFailing extends ForwardingStore {

        private volatile boolean fails;

        RandomlyFailing(SessionStore to) {
            super(to);
        }

        private void fail() throws IOException {
            if (fails && ThreadLocalRandom.current().nextInt(12) == 0) {
                throw new IOException("store fails");
            }
        }

        @Override
        public void write(SessionKey key, MemorySegment state) throws IOException {
            fail();
            super.write(key, state);
            fail();
        }

        @Override
        public boolean read(SessionKey key, MemorySegment into) throws IOException {
            fail();
            return super.read(key, into);
        }

        @Override
        public void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> states) throws IOException {
            fail();
            super.replaceAll(states);
        }

        @Override
        public void flush(boolean durable) throws IOException {
            fail();
            super.flush(durable);
        }
    }

    /** Acknowledged and given steps of each session. Each thread has its sessions. */
    private static class Model {

        private final int[] written = new int[SESSIONS];
        private final int[] given = new int[SESSIONS];

        synchronized int[] given() {
            return given.clone();
        }

        synchronized void give(int session, int steps) {
            given[session] = steps;
        }

        synchronized void write(int session, int steps) {
            written[session] = steps;
        }

        void set(int session, int steps) {
            give(session, steps);
            write(session, steps);
        }

        void requireBetween(int session, int steps, int beyond) {
            assertTrue(
                    steps >= written[session] && steps <= given[session] + beyond,
                    () -> "session " + session + " has done " + steps + " steps, expected " + written[session] + " to "
                            + (given[session] + beyond));
        }
    }

    /** Runs calls of one thread on the sessions with its remainder. */
    private static void calls(SessionPool pool, Model model, int thread, int calls, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < calls; i++) {
            int session = thread + THREADS * random.nextInt(SESSIONS / THREADS);
            int steps = model.given()[session];
            try {
                switch (random.nextInt(12)) {
                    case 0 -> {
                        int[] before = model.given();
                        pool.flush();
                        for (int own = thread; own < SESSIONS; own += THREADS) {
                            model.write(own, before[own]);
                        }
                    }
                    case 1 -> {
                        if (pool.evict(key(pool, session))) {
                            model.write(session, steps);
                        }
                    }
                    case 2 -> pool.evictIdle(Duration.ofNanos(random.nextInt(1_000_000)));
                    case 3 -> {
                        if (random.nextInt(4) == 0) {
                            model.write(session, 0); // a kill may come before or after the next line
                            pool.remove(key(pool, session));
                            model.set(session, 0);
                        } else {
                            assertEquals(steps, steps(pool, session));
                        }
                    }
                    default -> {
                        assertEquals(steps + 1, step(pool, session), "session " + session);
                        model.give(session, steps + 1);
                    }
                }
            } catch (UncheckedIOException failed) {
                assertTrue(failed.getMessage().contains("store fails"), failed::toString);
            }
        }
    }

    /** Runs calls on threads; meanwhile a snapshot is written, and the files are copied as a crash would leave them. */
    private void callAll(SessionPool pool, Model model, Random random, Path snapshot, Path copy) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int of = thread;
                long seed = random.nextLong();
                all.add(threads.submit(() -> calls(pool, model, of, 60, seed)));
            }
            try {
                pool.snapshot(snapshot);
            } catch (IOException failed) {
                assertTrue(String.valueOf(failed).contains("store fails"), failed::toString);
            }
            Thread.sleep(random.nextInt(3));
            Files.copy(
                    folder.resolve("sessions.log"), copy.resolve("sessions.log"), StandardCopyOption.REPLACE_EXISTING);
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    @Test
    void sessionsKeepTheirStatesThroughCallsFailuresAndCrashes() throws Exception {
        Random random = new Random();
        long end =
                System.nanoTime() + Duration.ofMillis(Tries.ALL ? 60_000 : 600).toNanos();
        Model model = new Model();
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Path snapshot = folder.resolve("snapshot");
        while (System.nanoTime() < end) {
            RandomlyFailing store = new RandomlyFailing(SessionStore.ofFolder(folder));
            SessionPool pool = open(store);
            takeSteps(pool, model, 0);
            store.fails = random.nextBoolean();
            callAll(pool, model, random, snapshot, copy);
            store.fails = false;
            checkCopy(copy);
            if (random.nextInt(3) == 0 && Files.exists(snapshot)) {
                pool.restore(snapshot);
                for (int session = 0; session < SESSIONS; session++) {
                    model.set(session, steps(pool, session));
                }
            }
            if (random.nextInt(3) == 0) {
                pool.close();
                int[] given = model.given();
                for (int session = 0; session < SESSIONS; session++) {
                    model.write(session, given[session]);
                }
            } else {
                store.close(); // the sessions in memory are lost
            }
        }
    }

    /** Checks the sessions of a new pool, and stores their steps in the model. */
    private static void takeSteps(SessionPool pool, Model model, int beyond) {
        for (int session = 0; session < SESSIONS; session++) {
            int steps = steps(pool, session);
            model.requireBetween(session, steps, beyond);
            model.set(session, steps);
        }
    }

    /** A copy of the file at any moment has only whole states. */
    private static void checkCopy(Path copy) throws IOException {
        SessionLog log = new SessionLog(copy, (_, _) -> {});
        SessionPool pool = open(log);
        for (int session = 0; session < SESSIONS; session++) {
            steps(pool, session);
        }
        log.close();
    }

    /** Programs in a new JVM that halts at a random moment. */
    static final class Halted {

        private Halted() {}

        static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            long millis = Long.parseLong(arguments[1]);
            SessionPool pool = open(SessionStore.ofFolder(folder));
            Thread.ofPlatform().daemon().start(() -> {
                LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
                Runtime.getRuntime().halt(HALTED);
            });
            if (arguments.length > 2) {
                for (int i = 0; ; i++) {
                    pool.restore(Path.of(arguments[2 + i % 2]));
                }
            }
            Model model = new PrintedModel();
            for (int session = 0; session < SESSIONS; session++) {
                model.set(session, steps(pool, session));
            }
            for (int thread = 0; thread < THREADS; thread++) {
                int of = thread;
                Thread.ofPlatform().start(() -> calls(pool, model, of, Integer.MAX_VALUE, System.nanoTime() + of));
            }
        }
    }

    private static final int HALTED = 9;

    /** Prints each change afterwards. */
    private static final class PrintedModel extends Model {

        @Override
        synchronized void give(int session, int steps) {
            super.give(session, steps);
            System.out.println("given " + session + " " + steps);
        }

        @Override
        synchronized void write(int session, int steps) {
            super.write(session, steps);
            System.out.println("written " + session + " " + steps);
        }
    }

    private static void runHalted(Model model, String... arguments) throws IOException, InterruptedException {
        Process process = OwnJvm.start(List.of(), Halted.class, arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(HALTED, process.waitFor(), output);
        output.substring(0, output.lastIndexOf('\n') + 1).lines().forEach(line -> {
            String[] words = line.split(" ");
            if (words[0].equals("given")) {
                model.give(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            } else if (words[0].equals("written")) {
                model.write(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            } else {
                assertFalse(line.startsWith("Exception"), output);
            }
        });
    }

    @Test
    void noAcknowledgedFlushIsLostWhenTheJvmHalts() throws Exception {
        Model model = new Model();
        for (int i = 0; i < (Tries.ALL ? 40 : 1); i++) {
            runHalted(model, folder.toString(), String.valueOf(new Random().nextInt(Tries.ALL ? 600 : 150)));
            SessionStore store = SessionStore.ofFolder(folder);
            takeSteps(open(store), model, 1); // a step that was done, but not printed
            store.close();
        }
    }

    @Test
    void aHaltInARestoreLeavesAllOldOrAllNewSessions() throws Exception {
        Path[] snapshots = {folder.resolve("even"), folder.resolve("odd")};
        for (int parity = 0; parity < 2; parity++) {
            try (SessionPool pool = SessionPool.builder(network()).build()) {
                for (int session = parity; session < SESSIONS; session += 2) {
                    step(pool, session);
                }
                pool.snapshot(snapshots[parity]);
            }
        }
        for (int i = 0; i < (Tries.ALL ? 40 : 1); i++) {
            String millis = String.valueOf(new Random().nextInt(200));
            runHalted(new Model(), folder.toString(), millis, snapshots[0].toString(), snapshots[1].toString());
            SessionStore store = SessionStore.ofFolder(folder);
            SessionPool pool = open(store);
            int first = steps(pool, 0);
            int second = steps(pool, 1);
            assertEquals(pool.sessions() == 0 ? 0 : 1, first + second);
            for (int session = 0; session < SESSIONS; session++) {
                assertEquals(session % 2 == 0 ? first : second, steps(pool, session));
            }
            store.close();
        }
    }
}
