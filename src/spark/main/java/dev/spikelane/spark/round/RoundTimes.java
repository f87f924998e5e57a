package dev.spikelane.spark.round;

import java.util.List;
import java.util.Locale;

/** Times of the parts of training steps. */
public final class RoundTimes {

    private long rounds;
    private long since = System.nanoTime();
    private long packing;
    private long jobs;
    private long slowest;
    private long computing;
    private long unpacking;
    private long updating;
    private boolean updates;

    private long lap() {
        long now = System.nanoTime();
        long lap = now - since;
        since = now;
        return lap;
    }

    public void begin() {
        long lap = lap();
        updating += updates ? lap : 0;
        rounds++;
    }

    public void packed() {
        packing += lap();
    }

    public void computed(List<ShardResult> results) {
        jobs += lap();
        for (ShardResult each : results) {
            computing += each.nanoseconds();
        }
        slowest += results.stream().mapToLong(ShardResult::nanoseconds).max().orElse(0);
    }

    public void unpacked() {
        unpacking += lap();
        updates = true;
    }

    private double mean(long nanoseconds) {
        return nanoseconds * 1e-6 / Math.max(1, rounds);
    }

    /** Returns a sentence such as {@code 469 rounds of 90.1 ms: values packed 0.2, ...}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d rounds of %.1f ms: values packed %.1f, job %.1f (all shards %.1f, the slowest one %.1f), gradients"
                        + " read %.1f, update %.1f",
                rounds,
                mean(packing + jobs + unpacking + updating),
                mean(packing),
                mean(jobs),
                mean(computing),
                mean(slowest),
                mean(unpacking),
                mean(updating));
    }
}
