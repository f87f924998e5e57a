package dev.spikelane.engine.thread;

import dev.spikelane.kernel.base.EitherWay;

/**
 * Whether threads share a stage that comes again and again: where a stage is short, that is learned. A long one is
 * shared, as threads that are late do less of it.
 */
public final class Sharing {

    /**
     * What the meeting of threads is estimated to take: one row of 784 -> 1000 takes 10.1 instead of 18.5 us on two of
     * them at density 0.5, 5.2 instead of 3.0 at 0.1 (Zen 5, 2026-11).
     */
    private static final double NANOSECONDS_OF_MEETING = 2_500;

    private static final double LONG_NANOSECONDS = 100_000;

    private final EitherWay ways = new EitherWay();
    private final int threads;
    private boolean learns;

    public Sharing(int threads) {
        this.threads = threads;
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

    /** What such a stage is estimated to take on some threads. */
    public static double shared(double nanoseconds, int threads) {
        return nanoseconds / threads + NANOSECONDS_OF_MEETING;
    }
}
