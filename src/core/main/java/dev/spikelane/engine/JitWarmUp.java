package dev.spikelane.engine;

import dev.spikelane.choose.Chooser;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Repeats the same work until the JIT compiler has finished, products have measured their fastest variants, and stages
 * have measured if threads should share them.
 */
public final class JitWarmUp {

    /**
     * The longest warm-up of inference, which takes 3 to 8 s on two cores without other work, most of it for C2
     * (Emerald Rapids, 512 bits, 2026-11).
     */
    public static final Duration MOST = Duration.ofSeconds(10);

    /** C2 may pause this long between two compilations of a loop. */
    private static final long QUIET_NANOSECONDS = 400_000_000L;

    /**
     * Most time that compilers may spend in this period: compilations of small methods never end, and delay no call.
     */
    private static final long QUIET_COMPILATION_MILLISECONDS = 20;

    /** Number of last rounds of which all but one must agree: other work on the machine may delay one. */
    private static final int ROUNDS = 6;

    private static final double AGREEMENT = 1.1;

    /** Number of warm-ups under way, and of those in which products learn: the end of one does not end the others. */
    private static int warming;

    private static int learning;

    private JitWarmUp() {}

    /**
     * Runs until the last rounds take equal times, next to nothing was compiled in them, and no stage has a variant
     * left to try. If products learn, a first phase of at most the same length runs until none has a variant left.
     *
     * @param most no round starts after this time, or after twice this time if products learn
     * @param round the work
     * @return true if the last rounds agree
     */
    public static boolean run(Duration most, Runnable round) {
        changeWarmUps(1, 0);
        try {
            if (Chooser.OF_JVM.learns()) {
                learn(most, round);
            }
            return settles(most, round);
        } finally {
            changeWarmUps(-1, 0);
        }
    }

    private static void learn(Duration most, Runnable round) {
        changeWarmUps(0, 1);
        try {
            boolean learns = true;
            long start = System.nanoTime();
            while (learns && System.nanoTime() - start < most.toNanos()) {
                long before = Chooser.unsettled();
                round.run();
                learns = Chooser.unsettled() != before;
            }
        } finally {
            changeWarmUps(0, -1);
        }
    }

    private static synchronized void changeWarmUps(int warm, int learn) {
        warming += warm;
        learning += learn;
        Chooser.setLearning(warming > 0, learning > 0);
    }

    private static boolean settles(Duration most, Runnable round) {
        Deque<Long> times = new ArrayDeque<>();
        long start = System.nanoTime();
        long compiled = compilationTime();
        long quietSince = start;
        long now = start;
        while (now - start < most.toNanos()) {
            long before = now;
            long unsettled = Chooser.unsettled();
            round.run();
            now = System.nanoTime();
            boolean known = Chooser.unsettled() == unsettled;
            if (times.size() == ROUNDS) {
                times.removeFirst();
            }
            times.add(now - before);
            if (compilationTime() - compiled > QUIET_COMPILATION_MILLISECONDS) {
                compiled = compilationTime();
                quietSince = now;
            }
            if (now - quietSince > QUIET_NANOSECONDS && known && agree(times)) {
                return true;
            }
        }
        return false;
    }

    private static boolean agree(Deque<Long> times) {
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == ROUNDS && sorted[ROUNDS - 2] <= sorted[0] * AGREEMENT;
    }

    /** Returns the milliseconds spent by all compiler threads; constant if the JVM does not report them. */
    private static long compilationTime() {
        return ModuleLayer.boot().findModule("java.management").isPresent() ? Compiler.time() : 0;
    }

    /** Loaded only if the module java.management is present. */
    private static final class Compiler {

        private static final CompilationMXBean BEAN = ManagementFactory.getCompilationMXBean();

        private Compiler() {}

        static long time() {
            return BEAN != null && BEAN.isCompilationTimeMonitoringSupported() ? BEAN.getTotalCompilationTime() : 0;
        }
    }
}
