package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.LearnedValue;
import dev.spikelane.train.run.CheckedBytes;
import dev.spikelane.train.update.ShardSum;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The part of a training step that a shard of a batch adds, so that other processes and machines can serve shards:
 * {@link Trainer#gradients} computes it, and {@link Trainer#update} takes the parts of all shards. It is sent as
 * {@linkplain #toBytes bytes}, or in any other way: names, float32 and float64 values, and integers.
 *
 * @param shard its number, from 0
 * @param shards the number of shards
 * @param samples the samples of the whole batch
 * @param gradients the gradients of learned values by their names, such as {@code fc1.weight}, in torch's layout,
 *     before clipping; also the means and variances of each step, by the names of batch norms' running values
 * @param terms terms of the loss, one for each sample of the shard, divided by the divisor of the whole batch
 * @param right the number of correctly decoded samples
 * @param spikes spikes of each population, in the order of the network
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ShardGradients(
        int shard,
        int shards,
        int samples,
        Map<String, FloatMatrix> gradients,
        double[] terms,
        int right,
        long[] spikes) {

    private static final CheckedBytes FORMAT = new CheckedBytes("SPKG", 1, "gradients of a shard");

    /**
     * Creates a value, such as one that has come from another machine.
     *
     * @throws IllegalArgumentException if there is no such shard, or it has no terms or more than the batch has samples
     */
    public ShardGradients {
        Objects.requireNonNull(gradients, "gradients");
        Objects.requireNonNull(terms, "terms");
        Objects.requireNonNull(spikes, "spikes");
        if (shard < 0 || shard >= shards) {
            throw new IllegalArgumentException("shard is " + shard + ", expected 0 to " + (shards - 1));
        }
        if (terms.length < 1 || terms.length > samples) {
            throw new IllegalArgumentException("shard " + shard + " has " + terms.length + " terms, expected 1 to "
                    + samples + ", one for each of its samples");
        }
    }

    /**
     * Reads the gradients of another process.
     *
     * @param bytes the bytes that {@link #toBytes} returned
     * @return an equal value, with memory of its own
     * @throws IllegalArgumentException if they are something else, of another version, or damaged
     */
    public static ShardGradients of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        return FORMAT.read(bytes, from -> {
            int shard = from.getInt();
            int shards = from.getInt();
            int samples = from.getInt();
            int right = from.getInt();
            double[] terms = new double[CheckedBytes.count(from, Double.BYTES, "terms")];
            from.asDoubleBuffer().get(terms);
            from.position(from.position() + terms.length * Double.BYTES);
            long[] spikes = new long[CheckedBytes.count(from, Long.BYTES, "counts of spikes")];
            from.asLongBuffer().get(spikes);
            from.position(from.position() + spikes.length * Long.BYTES);
            return new ShardGradients(shard, shards, samples, CheckedBytes.matrices(from), terms, right, spikes);
        });
    }

    /**
     * Returns this value as bytes, little endian:
     *
     * <ul>
     * <li>the text {@code SPKG} and the version (int, 1);
     * <li>shard, shards, samples and right (ints);
     * <li>the number of terms (int) and the terms (doubles);
     * <li>the number of populations (int) and their spikes (longs);
     * <li>the number of gradients (int), and for each the length of its name (int), the name in UTF-8, its rows and
     *     columns (ints), and its values (floats), row by row;
     * <li>a CRC-32C of all bytes before it (int).
     * </ul>
     *
     * @return a new array, for {@link #of(byte[])}
     * @throws IllegalStateException if there are more than 2 GB
     */
    public byte[] toBytes() {
        long size = 6L * Integer.BYTES
                + (long) terms.length * Double.BYTES
                + (long) spikes.length * Long.BYTES
                + CheckedBytes.bytes(gradients);
        return FORMAT.write(size, to -> {
            to.putInt(shard).putInt(shards).putInt(samples).putInt(right);
            to.putInt(terms.length);
            for (double term : terms) {
                to.putDouble(term);
            }
            to.putInt(spikes.length);
            for (long count : spikes) {
                to.putLong(count);
            }
            CheckedBytes.put(to, gradients);
        });
    }

    FloatMatrix of(LearnedValue slot) {
        FloatMatrix found = gradients.get(slot.name());
        if (found == null) {
            throw new IllegalArgumentException(
                    "shard " + shard + " has no gradient of '" + slot.name() + "', expected one of each learned value");
        }
        String name = "gradient of '" + slot.name() + "' of shard " + shard;
        found.requireShape(name, slot.torchRows(), slot.torchColumns());
        found.requireFinite(name);
        return found;
    }

    /** Returns the sum of the shards' gradients of a learned value, in ascending order. */
    static FloatMatrix sum(List<ShardGradients> shards, LearnedValue slot) {
        FloatMatrix sum = GradientValues.copy(shards.getFirst().of(slot));
        for (ShardGradients shard : shards.subList(1, shards.size())) {
            ShardSum.add(sum, shard.of(slot));
        }
        return sum;
    }
}
