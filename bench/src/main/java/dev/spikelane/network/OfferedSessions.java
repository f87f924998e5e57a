package dev.spikelane.network;

import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.session.SessionPool;
import dev.spikelane.session.SessionPoolBuilder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Sessions of {@link SessionWork} that are offered steps at an even rate, some times a second. The latency of an
 * answer, from when its offer was due, is reported minute by minute. A thread without work in the same process wakes
 * every millisecond; its delay is the delay by the machine itself.
 */
public final class OfferedSessions {

    private static final int INPUTS = 1_024;
    private static final Duration WAIT = Duration.ofMillis(2);
    private static final long TICK = 1_000_000;
    private static final int WARM_SECONDS = 8;
    /** Buckets of a hundredth of a millisecond each. */
    private static final int BUCKETS = 100_000;

    private static final long BUCKET = 10_000;

    private OfferedSessions() {}

    /**
     * Prints a row per minute. The arguments are minutes, kind of sessions and steps per second: {@code 10 INT8 4}.
     */
    public static void main(String[] arguments) throws IOException {
        int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        SessionWork.Kind kind = SessionWork.Kind.valueOf(arguments.length > 1 ? arguments[1] : "INT8");
        double hertz = arguments.length > 2 ? Double.parseDouble(arguments[2]) : 4;
        boolean receipts = arguments.length > 3 && arguments[3].equals("receipts");
        Network network = new SessionWork(kind, 2).network();
        SessionPoolBuilder builder =
                SessionPool.builder(network).threads(2).longestWait(WAIT).largestBatch(SessionWork.BATCH);
        AtomicLongArray idle = new AtomicLongArray(BUCKETS);
        Thread control = Thread.ofPlatform().daemon().start(() -> wake(idle));
        System.out.printf(
                Locale.ROOT, "%d sessions, %s, %s Hz, longest wait %s%n", SessionWork.SESSIONS, kind, hertz, WAIT);
        System.out.println(
                "minute  steps/s   median      p99    p99.9      max   without work: p99.9      max   resident");
        try (Arena arena = Arena.ofShared();
                SessionPool pool = (receipts ? builder.receipts() : builder).build()) {
            SpikeMatrix rows = RandomData.spikes(
                    arena, INPUTS, network.inputs().getFirst().shape().size(), SessionWork.DENSITY);
            SpikeMatrix[] inputs = new SpikeMatrix[INPUTS];
            for (int i = 0; i < INPUTS; i++) {
                inputs[i] = rows.rows(i, 1);
            }
            new Offers(pool, inputs, hertz / 20).run(WARM_SECONDS); // interpreted code would fill the queue
            Offers offers = new Offers(pool, inputs, hertz);
            offers.run(WARM_SECONDS);
            for (int minute = 1; minute <= minutes; minute++) {
                clear(offers.waits);
                clear(idle);
                long answered = offers.run(60);
                System.out.printf(
                        Locale.ROOT,
                        "%6d %8d %8.2f %8.2f %8.2f %8.2f %22.2f %8.2f ms %6d MB%n",
                        minute,
                        answered / 60,
                        at(offers.waits, 0.5),
                        at(offers.waits, 0.99),
                        at(offers.waits, 0.999),
                        at(offers.waits, 1),
                        at(idle, 0.999),
                        at(idle, 1),
                        resident());
            }
            control.interrupt();
        }
    }

    private static void wake(AtomicLongArray late) {
        long due = System.nanoTime();
        while (!Thread.interrupted()) {
            due = Math.max(due + TICK, System.nanoTime());
            LockSupport.parkNanos(due - System.nanoTime());
            add(late, System.nanoTime() - due);
        }
    }

    /** Offers at an even rate. */
    private static final class Offers {
        private final SessionPool pool;
        private final SpikeMatrix[] inputs;
        private final double eachNanosecond;
        private final AtomicLongArray waits = new AtomicLongArray(BUCKETS);
        private long offered;
        private long from;

        Offers(SessionPool pool, SpikeMatrix[] inputs, double hertz) {
            this.pool = pool;
            this.inputs = inputs;
            this.eachNanosecond = hertz * SessionWork.SESSIONS / 1e9;
            this.from = System.nanoTime();
        }

        /** Returns the number of offers that were due. */
        long run(int seconds) {
            long before = offered;
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
                long due = (long) ((now - from) * eachNanosecond);
                for (; offered < due; offered++) {
                    long asked = from + (long) (offered / eachNanosecond);
                    pool.offer(
                            offered * 7_919 % SessionWork.SESSIONS,
                            inputs[(int) (offered % INPUTS)],
                            (answer, failure) -> {
                                if (failure != null) {
                                    throw new IllegalStateException(failure);
                                }
                                add(waits, System.nanoTime() - asked);
                            });
                }
                LockSupport.parkNanos(TICK - (System.nanoTime() - now));
            }
            return offered - before;
        }
    }

    private static void add(AtomicLongArray to, long nanoseconds) {
        to.incrementAndGet(Math.clamp(nanoseconds / BUCKET, 0, BUCKETS - 1));
    }

    private static void clear(AtomicLongArray all) {
        for (int i = 0; i < BUCKETS; i++) {
            all.set(i, 0);
        }
    }

    /** Returns the milliseconds that this share of the answers did not exceed. */
    private static double at(AtomicLongArray all, double share) {
        long left = 0;
        for (int i = 0; i < BUCKETS; i++) {
            left += all.get(i);
        }
        left = (long) Math.ceil(left * share);
        int bucket = -1;
        while (left > 0) {
            bucket++;
            left -= all.get(bucket);
        }
        return (bucket + 1) * BUCKET / 1e6;
    }

    /** Returns the resident memory, on Linux only. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        String text = Files.readString(status);
        return Long.parseLong(text.replaceFirst("(?s).*VmRSS:\\s*(\\d+) kB.*", "$1")) >> 10;
    }
}
