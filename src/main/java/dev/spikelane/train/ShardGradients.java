package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.gradient.GradientSlot;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.update.ShardSum;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a shard of a batch adds to a training step, so that other processes and machines can serve shards:
 * {@link Trainer#gradients} computes it, and {@link Trainer#update} takes those of all shards. How it gets from one to
 * the other is the caller's: names, float32 and float64 values, and four numbers.
 *
 * @param shard its number, from 0
 * @param shards how many there are
 * @param samples how many the whole batch has
 * @param gradients the gradients of learned values by their names, such as {@code fc1.weight}, in torch's layout, not
 *     limited yet; under the names of running values of batch norms the means and variances of each step
 * @param terms terms of the loss, one for each sample of the shard, divided by what belongs to the whole batch
 * @param right samples that were decoded right
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ShardGradients(
        int shard, int shards, int samples, Map<String, FloatMatrix> gradients, double[] terms, int right) {

    /**
     * Makes a value, such as one that has come from another machine.
     *
     * @throws IllegalArgumentException if there is no such shard, or it has no terms or more than the batch has samples
     */
    public ShardGradients {
        Objects.requireNonNull(gradients, "gradients");
        Objects.requireNonNull(terms, "terms");
        if (shard < 0 || shard >= shards) {
            throw new IllegalArgumentException("shard is " + shard + ", expected 0 to " + (shards - 1));
        }
        if (terms.length < 1 || terms.length > samples) {
            throw new IllegalArgumentException("shard " + shard + " has " + terms.length + " terms, expected 1 to "
                    + samples + ", one for each of its samples");
        }
    }

    /** The gradient that this shard adds to some values, in torch's layout. */
    FloatMatrix of(GradientSlot slot) {
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

    /** The sum of what shards add to some values, in ascending order of the shards. */
    static FloatMatrix sum(List<ShardGradients> shards, GradientSlot slot) {
        FloatMatrix sum = GradientValues.copy(shards.getFirst().of(slot));
        for (ShardGradients shard : shards.subList(1, shards.size())) {
            ShardSum.add(sum, shard.of(slot));
        }
        return sum;
    }
}
