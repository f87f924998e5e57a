package dev.spikelane.train.run;

import dev.spikelane.engine.JitWarmUp;
import java.time.Duration;
import java.util.Arrays;

/** The times of the last samples of a warm-up. */
public final class Warmth {

    /** Enough for a percentile of 99, and for the noise of a clock. */
    private static final int SAMPLES = 256;

    /** Samples in a round: of the last six, all but one take as long. */
    private static final int OF_ROUND = 40;

    private final long[] times = new long[SAMPLES];
    private int count;
    private long start;
    private boolean settled;
    private long took;

    void settle(Duration most, Runnable round) {
        long first = System.nanoTime();
        settled = JitWarmUp.run(most, () -> {
            for (int end = count + OF_ROUND; count - end < 0; ) {
                round.run();
            }
        });
        took = System.nanoTime() - first;
        Arrays.sort(times, 0, kept());
    }

    void begin() {
        start = System.nanoTime();
    }

    void end() {
        times[count++ & SAMPLES - 1] = System.nanoTime() - start;
    }

    /** Whether times did not fall any more. */
    public boolean settled() {
        return settled;
    }

    /** How long it took. */
    public Duration took() {
        return Duration.ofNanos(took);
    }

    /** The time that a share of the last samples took at most. */
    public Duration time(double share) {
        return Duration.ofNanos(times[(int) Math.round(share * (kept() - 1))]);
    }

    private int kept() {
        return Math.clamp(count, 1, SAMPLES);
    }
}
