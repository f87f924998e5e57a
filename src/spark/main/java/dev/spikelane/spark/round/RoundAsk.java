package dev.spikelane.spark.round;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task sends to the driver: it gives the results of a step, and asks for the next one. It travels as an array of
 * what each JVM has, since those who read Spark's messages do not see classes of jars that come with a job.
 *
 * @param partition of the task
 * @param step whose results these are; -1 for a task that begins
 * @param results of the shards that the partition has
 */
public record RoundAsk(int partition, long step, List<ShardResult> results) {

    public Object[] toMessage() {
        return new Object[] {
            partition,
            step,
            results.stream().map(ShardResult::gradients).toArray(byte[][]::new),
            results.stream().mapToLong(ShardResult::nanoseconds).toArray()
        };
    }

    public static RoundAsk of(Object[] message) {
        byte[][] gradients = (byte[][]) message[2];
        long[] nanoseconds = (long[]) message[3];
        List<ShardResult> results = new ArrayList<>();
        for (int i = 0; i < gradients.length; i++) {
            results.add(new ShardResult(gradients[i], nanoseconds[i]));
        }
        return new RoundAsk((Integer) message[0], (Long) message[1], results);
    }

    /** The answer of the driver, if there is something to do; a job of a step carries it as it is. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Work(long step, int batch, int[] labels, byte[] weights) implements Serializable {

        public Object[] toMessage() {
            return new Object[] {step, batch, labels, weights};
        }

        public static Work of(Object[] message) {
            return new Work((Long) message[0], (Integer) message[1], (int[]) message[2], (byte[]) message[3]);
        }
    }
}
