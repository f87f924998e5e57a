package dev.spikelane.train.run;

import dev.spikelane.engine.JitWarmUp;
import java.time.Duration;
import java.util.Arrays;

/** The times of the last samples of a warm-up. */
public final class Warmth {

    /** Number of samples: enough for the 99th percentile, and for the noise of the clock. */
    private static final int SAMPLES = 256;

    /** Samples of a round. Times are settled if all but one of the last six rounds take equally long. */
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

    /** Returns true if times have stopped falling. */
    public boolean settled() {
        return settled;
    }

    /** Returns the duration of the warm-up. */
    public Duration took() {
        return Duration.ofNanos(took);
    }

    /** Returns the time that a share of the last samples did not exceed. */
    public Duration time(double share) {
        return Duration.ofNanos(times[(int) Math.round(share * (kept() - 1))]);
    }

    private int kept() {
        return Math.clamp(count, 1, SAMPLES);
    }
}
