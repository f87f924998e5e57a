package dev.spikelane.data;

import java.util.List;
import java.util.Objects;

/**
 * How a data set becomes batches.
 *
 * @param size samples of a batch, at least 1
 * @param shuffle the order of the samples
 * @param dropLast whether a last batch with fewer samples is left out
 * @param seed the seed of augmentations and codes
 * @param augmentations what changes samples, in this order
 * @param code how values become a network's input
 */
public record Batching(
        int size, Shuffle shuffle, boolean dropLast, long seed, List<Augmentation> augmentations, InputCode code) {

    /**
     * Makes a recipe.
     *
     * @throws IllegalArgumentException if the size is below 1
     */
    public Batching {
        Objects.requireNonNull(shuffle, "shuffle");
        Objects.requireNonNull(augmentations, "augmentations");
        Objects.requireNonNull(code, "code");
        if (size < 1) {
            throw new IllegalArgumentException("batch size is " + size + ", expected at least 1");
        }
        augmentations = List.copyOf(augmentations);
    }

    /**
     * Makes batches in the order of the data set, as they are.
     *
     * @param size samples of a batch, at least 1
     * @throws IllegalArgumentException if the size is below 1
     */
    public Batching(int size) {
        this(size, Shuffle.none(), false, 0, List.of(), InputCode.frame());
    }

    /**
     * Returns this recipe with another order.
     *
     * @param order the order of the samples
     * @return the recipe
     */
    public Batching withShuffle(Shuffle order) {
        Objects.requireNonNull(order, "order");
        return new Batching(size, order, dropLast, seed, augmentations, code);
    }

    /**
     * Returns this recipe with or without a last batch of fewer samples.
     *
     * @param drop whether it is left out
     * @return the recipe
     */
    public Batching withDropLast(boolean drop) {
        return new Batching(size, shuffle, drop, seed, augmentations, code);
    }

    /**
     * Returns this recipe with another seed of augmentations and codes.
     *
     * @param number the seed
     * @return the recipe
     */
    public Batching withSeed(long number) {
        return new Batching(size, shuffle, dropLast, number, augmentations, code);
    }

    /**
     * Returns this recipe with other augmentations.
     *
     * @param changes what changes samples, in this order
     * @return the recipe
     */
    public Batching withAugmentations(Augmentation... changes) {
        Objects.requireNonNull(changes, "changes");
        return new Batching(size, shuffle, dropLast, seed, List.of(changes), code);
    }

    /**
     * Returns this recipe with another code.
     *
     * @param inputs how values become a network's input
     * @return the recipe
     */
    public Batching withCode(InputCode inputs) {
        Objects.requireNonNull(inputs, "inputs");
        return new Batching(size, shuffle, dropLast, seed, augmentations, inputs);
    }

    /**
     * Returns the number of batches of an epoch.
     *
     * @param samples how many there are
     * @return batches; 0 if a last batch is left out and there is no other
     */
    public int batches(int samples) {
        return dropLast ? samples / size : Math.ceilDiv(samples, size);
    }
}
