package dev.spikelane.engine.thread;

import dev.spikelane.kernel.base.EitherWay;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Whether threads share a stage that comes again and again: where a stage is short, that is learned. A long one is
 * shared, as threads that are late do less of it. What a warm-up has learned of a stage serves all later simulations
 * that have such a stage.
 */
public final class Sharing {

    /**
     * What the meeting of threads is estimated to take: one row of 784 -> 1000 takes 10.1 instead of 18.5 us on two of
     * them at density 0.5, 5.2 instead of 3.0 at 0.1 (Zen 5, 2026-11).
     */
    private static final double NANOSECONDS_OF_MEETING = 2_500;

    private static final double LONG_NANOSECONDS = 100_000;

    /** What was learned of stages; those behind so many learn for themselves alone. */
    private static final Map<String, EitherWay.Learned> LEARNED = new ConcurrentHashMap<>();

    private static final int MOST_LEARNED = 1_024;

    private final EitherWay ways;
    private final int threads;
    private boolean learns;

    /** Begins with what was learned of a stage of that name on as many threads. */
    public Sharing(String stage, int threads) {
        this.threads = threads;
        String name = stage + ", " + threads + " threads";
        boolean keeps = EitherWay.hurries() && LEARNED.size() < MOST_LEARNED;
        this.ways = new EitherWay(
                keeps
                        ? LEARNED.computeIfAbsent(name, of -> new EitherWay.Learned())
                        : LEARNED.getOrDefault(name, new EitherWay.Learned()));
    }

    /** Whether threads share a stage that is estimated to take so many nanoseconds on one of them. */
    public boolean open(double alone) {
        learns = threads > 1 && alone < LONG_NANOSECONDS;
        return learns ? ways.open(alone, shared(alone, threads)) : threads > 1;
    }

    /** The stage is done. */
    public void close() {
        if (learns) {
            ways.close();
        }
    }

    /** Tells what was learned: a line for each stage, how many times their estimate threads take, by stages' times. */
    public static String describe() {
        return LEARNED.entrySet().stream()
                .filter(stage -> !stage.getValue().isEmpty())
                .map(stage -> stage.getKey() + ": " + stage.getValue())
                .sorted()
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /** What such a stage is estimated to take on some threads. */
    public static double shared(double nanoseconds, int threads) {
        return nanoseconds / threads + NANOSECONDS_OF_MEETING;
    }
}
