package dev.spikelane.spark;

import java.io.Serializable;
import java.util.List;

/**
 * What a task sends to the driver: it gives the results of a step, and asks for the next one.
 *
 * @param partition of the task
 * @param step whose results these are; -1 for a task that begins
 * @param results of the shards that the partition has
 */
record RoundAsk(int partition, long step, List<ShardResult> results) implements Serializable {

    /** The answer of the driver, if there is something to do. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Work(long step, int batch, int[] labels, byte[] weights) implements Serializable {}
}
