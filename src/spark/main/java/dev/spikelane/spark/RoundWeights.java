package dev.spikelane.spark;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * The values of a network in a step: within the task, which Spark broadcasts once anyhow, or if they are large in a
 * broadcast of their own.
 *
 * @param step counted over all epochs
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record RoundWeights(long step, byte @Nullable [] small, @Nullable Broadcast<byte[]> large) implements Serializable {

    /** Spark warns of larger tasks. */
    private static final int MOST_WITHIN = 700_000;

    static RoundWeights of(JavaSparkContext spark, long step, byte[] bytes) {
        return bytes.length <= MOST_WITHIN
                ? new RoundWeights(step, bytes, null)
                : new RoundWeights(step, null, spark.broadcast(bytes));
    }

    byte[] bytes() {
        if (small != null) {
            return small;
        }
        if (large == null) {
            throw new IllegalStateException("a step without values");
        }
        return large.value();
    }

    /** Lets executors forget them. */
    void free() {
        if (large != null) {
            large.destroy();
        }
    }
}
