package dev.spikelane.spark.round;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The message of a task to the driver: the results of a step, and the request for the next one. It is sent as an array
 * of JDK types, because Spark's message reader does not see classes from the jars of a job.
 *
 * @param partition the partition of the task
 * @param step the step of the results; -1 for a new task
 * @param results the results of the partition's shards
 */
public record RoundRequest(int partition, long step, List<ShardResult> results) {

    public Object[] toMessage() {
        return new Object[] {
            partition,
            step,
            results.stream().map(ShardResult::gradients).toArray(byte[][]::new),
            results.stream().mapToLong(ShardResult::nanoseconds).toArray()
        };
    }

    public static RoundRequest of(Object[] message) {
        byte[][] gradients = (byte[][]) message[2];
        long[] nanoseconds = (long[]) message[3];
        List<ShardResult> results = new ArrayList<>();
        for (int i = 0; i < gradients.length; i++) {
            results.add(new ShardResult(gradients[i], nanoseconds[i]));
        }
        return new RoundRequest((Integer) message[0], (Long) message[1], results);
    }

    /** The driver's answer: the next step. A separate job receives it directly. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Work(long step, int batch, int[] labels, byte[] weights) implements Serializable {

        public Object[] toMessage() {
            return new Object[] {step, batch, labels, weights};
        }

        public static Work of(Object[] message) {
            return new Work((Long) message[0], (Integer) message[1], (int[]) message[2], (byte[]) message[3]);
        }
    }
}
