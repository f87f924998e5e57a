package dev.spikelane.engine;

import dev.spikelane.kernel.product.spike.Chooser;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Runs rounds of the same work until the JIT compiler is done with it, and products know their fastest variants and
 * stages whether threads share them.
 */
public final class JitWarmUp {

    /**
     * The longest warm-up of inference, which takes 3 to 8 s on two cores without other work, most of it for C2
     * (Emerald Rapids, 512 bits, 2026-11).
     */
    public static final Duration MOST = Duration.ofSeconds(10);

    /** C2 takes its time between two compilations of a loop. */
    private static final long QUIET_NANOSECONDS = 400_000_000L;

    /**
     * The most time that compilers may spend meanwhile: small methods that are compiled now and then never end, and
     * hold nobody up.
     */
    private static final long QUIET_COMPILATION_MILLISECONDS = 20;

    /** Of so many rounds all but one agree, which something else on the machine may hold up. */
    private static final int ROUNDS = 6;

    private static final double AGREEMENT = 1.1;

    /** How many warm up, and how many of them have products learn: the end of one does not end the others. */
    private static int warming;

    private static int learning;

    private JitWarmUp() {}

    /**
     * Runs until the times of the last rounds agree, next to nothing was compiled meanwhile, and no stage of the last
     * round has a way left to try; where products learn, before that until none of them has, or for as long.
     *
     * @param most no round starts after this time, or where products learn after twice this time
     * @param round the work
     * @return whether they agree
     */
    public static boolean run(Duration most, Runnable round) {
        hurry(1, 0);
        try {
            if (Chooser.OF_JVM.learns()) {
                learn(most, round);
            }
            return settles(most, round);
        } finally {
            hurry(-1, 0);
        }
    }

    private static void learn(Duration most, Runnable round) {
        hurry(0, 1);
        try {
            boolean learns = true;
            long start = System.nanoTime();
            while (learns && System.nanoTime() - start < most.toNanos()) {
                long before = Chooser.unsettled();
                round.run();
                learns = Chooser.unsettled() != before;
            }
        } finally {
            hurry(0, -1);
        }
    }

    private static synchronized void hurry(int warm, int learn) {
        warming += warm;
        learning += learn;
        Chooser.hurry(warming > 0, learning > 0);
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

    /** Milliseconds that all compiler threads have spent; constant where the JVM does not tell. */
    private static long compilationTime() {
        return ModuleLayer.boot().findModule("java.management").isPresent() ? Compiler.time() : 0;
    }

    /** Loaded only where the module java.management is present. */
    private static final class Compiler {

        private static final CompilationMXBean BEAN = ManagementFactory.getCompilationMXBean();

        private Compiler() {}

        static long time() {
            return BEAN != null && BEAN.isCompilationTimeMonitoringSupported() ? BEAN.getTotalCompilationTime() : 0;
        }
    }
}
