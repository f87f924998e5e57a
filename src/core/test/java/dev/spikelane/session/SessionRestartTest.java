package dev.spikelane.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.OwnJvm;
import dev.spikelane.Tries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools end at random moments: no session gets the state of another, and no acknowledged flush is lost. */
@Alone
final class SessionRestartTest {

    private static final int LIVES = Tries.ALL ? 1_000 : 15;
    private static final int HALTS = Tries.ALL ? 60 : 1;
    private static final int HALTED = 3;
    private static final int LONGEST_WAIT = 20_000;

    @TempDir
    private Path folder;

    /** A store that fails at one of ten reads, writes and flushes. */
    private static SessionStore failing(Path of, long seed) {
        Random random = new Random(seed);
        return new ForwardingStore(SessionStore.ofFolder(of)) {
            private synchronized void fail() throws IOException {
                if (random.nextInt(10) == 0) {
                    throw new IOException("store fails");
                }
            }

            @Override
            public void write(SessionKey key, MemorySegment state) throws IOException {
                fail();
                super.write(key, state);
            }

            @Override
            public boolean read(SessionKey key, MemorySegment into) throws IOException {
                fail();
                return super.read(key, into);
            }

            @Override
            public void flush(boolean durable) throws IOException {
                fail();
                super.flush(durable);
            }
        };
    }

    /** What a halt leaves: the files as they are at some moment. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (String name : List.of("sessions.log", "sessions.log.tmp")) {
            try {
                Files.copy(from.resolve(name), to.resolve(name));
            } catch (NoSuchFileException none) {
                // it may be there or not, or be renamed just now
            }
        }
    }

    private static int[] reopen(Path of) {
        try (SessionPool pool = SessionPool.builder(RestartLife.network())
                .store(SessionStore.ofFolder(of))
                .build()) {
            return RestartLife.verify(pool);
        }
    }

    /** Each life goes on from a copy that was made while threads called the pool of the life before. */
    @Test
    void aCopyAtAnyMomentHasWhatWasFlushed() throws Exception {
        Random random = new Random(7);
        Path now = Files.createDirectory(folder.resolve("0"));
        int[] steps = new int[RestartLife.SESSIONS];
        int lost = 0;
        for (int number = 1; number <= LIVES; number++) {
            Path present = now;
            Path next = folder.resolve(String.valueOf(number));
            SessionStore store = random.nextBoolean() ? SessionStore.ofFolder(now) : failing(now, number);
            RestartLife life = new RestartLife(store, steps, true);
            int[] least = new int[steps.length];
            int[] most = new int[steps.length];
            life.live(random, () -> {
                Thread.sleep(random.nextInt(30));
                synchronized (life) {
                    System.arraycopy(life.flushed, 0, least, 0, least.length);
                    copy(present, next);
                    Arrays.setAll(most, i -> life.done.get(i) + 1);
                }
            });
            store.close();
            steps = reopen(next);
            for (int i = 0; i < steps.length; i++) {
                assertTrue(least[i] <= steps[i] && steps[i] <= most[i], least[i] + " " + steps[i] + " " + most[i]);
                lost += most[i] - 1 - steps[i];
            }
            now = next;
        }
        assertTrue(lost > LIVES, "steps that no flush had acknowledged: " + lost);
    }

    /** The sessions are those of the snapshot, or those before, all of them. */
    @Test
    void aRestoreThatEndsAtAnyMomentIsWhole() throws Exception {
        Random random = new Random(8);
        Path now = Files.createDirectory(folder.resolve("0"));
        Path snapshot = folder.resolve("snapshot");
        int[] steps = new int[RestartLife.SESSIONS];
        int[] counts = new int[2];
        for (int number = 1; number <= LIVES; number++) {
            Path present = now;
            Path next = folder.resolve(String.valueOf(number));
            SessionStore store = SessionStore.ofFolder(now);
            RestartLife life = new RestartLife(store, steps, true);
            life.live(random, () -> Thread.sleep(random.nextInt(10)));
            life.pool.snapshot(snapshot);
            int[] restored = all(life);
            life.live(random, () -> Thread.sleep(random.nextInt(10)));
            life.pool.flush();
            int[] before = all(life);
            int late = random.nextBoolean() ? 0 : random.nextInt(2_000_000);
            CompletableFuture<Void> copied = CompletableFuture.runAsync(() -> {
                LockSupport.parkNanos(late);
                try {
                    copy(present, next);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            life.pool.restore(snapshot);
            copied.get();
            assertArrayEquals(restored, RestartLife.verify(life.pool));
            store.close();
            steps = reopen(next);
            boolean isNew = Arrays.equals(restored, steps);
            assertArrayEquals(isNew ? restored : before, steps, "life " + number);
            counts[isNew ? 1 : 0]++;
            now = next;
        }
        assertTrue(counts[0] > 0 && counts[1] > 0, () -> Arrays.toString(counts));
    }

    private static int[] all(RestartLife life) {
        int[] steps = new int[RestartLife.SESSIONS];
        Arrays.setAll(steps, life.done::get);
        return steps;
    }

    /** A JVM that halts itself: {@code HaltMain FOLDER SEED}. */
    static final class HaltMain {

        private HaltMain() {}

        public static void main(String[] arguments) throws Exception {
            Path of = Path.of(arguments[0]);
            Random random = new Random(Long.parseLong(arguments[1]));
            RestartLife life = new RestartLife(SessionStore.ofFolder(of), reopen(of), false);
            life.live(random, () -> {
                int flushes = 1 + random.nextInt(20);
                for (int wait = 0; life.flushes.get() < flushes; wait++) {
                    assertTrue(wait < LONGEST_WAIT, "its threads have failed, or this machine is busy");
                    Thread.sleep(1);
                }
                LockSupport.parkNanos(random.nextInt(3_000_000));
                Runtime.getRuntime().halt(HALTED);
            });
        }
    }

    @Test
    void aHaltLosesNothingThatWasFlushed() throws Exception {
        int[] least = new int[RestartLife.SESSIONS];
        for (int number = 0; number < HALTS; number++) {
            Process child = OwnJvm.start(List.of(), HaltMain.class, folder.toString(), String.valueOf(number));
            String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(HALTED, child.waitFor(), printed);
            for (String line : printed.lines().toList()) {
                String[] words = line.split(" ");
                if (words[0].equals("flushed") && words.length == least.length + 1) {
                    Arrays.setAll(least, i -> Integer.parseInt(words[i + 1]));
                }
            }
            assertTrue(printed.contains("flushed"), printed);
            int[] steps = reopen(folder);
            for (int i = 0; i < steps.length; i++) {
                assertTrue(steps[i] >= least[i], least[i] + " " + steps[i]);
            }
        }
    }
}
