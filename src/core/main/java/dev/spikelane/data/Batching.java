package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Options for batches of a data set.
 *
 * <p>The seed and the epoch's number determine an order, which equals the order of
 * {@code torch.utils.data.DataLoader(shuffle=True)} without workers.
 */
public final class Batching {

    private final Options options;

    private Batching(Options options) {
        this.options = options;
    }

    private record Options(
            int size,
            Shuffle shuffle,
            boolean dropLast,
            long seed,
            List<Augmentation> augmentations,
            InputEncoding code,
            int sorted) {}

    /**
     * Creates batches in the order of the data set, without changes.
     *
     * @param size samples of a batch, at least 1
     * @throws IllegalArgumentException if {@code size} is below 1
     */
    public Batching(int size) {
        this(new Options(size, Shuffle.none(), false, 0, List.of(), InputEncoding.frame(), 0));
        Checks.atLeast(1, "batch size", size);
    }

    private Batching with(Shuffle order) {
        return new Batching(new Options(size(), order, dropLast(), seed(), augmentations(), code(), options.sorted));
    }

    /**
     * Returns this recipe with the orders of {@code DataLoader(shuffle=True,
     * generator=torch.Generator().manual_seed(seed))}.
     *
     * @param number the seed; its low 32 bits are used
     * @return the recipe
     */
    public Batching withShuffle(long number) {
        return with(Shuffle.of(number));
    }

    /**
     * Returns this recipe with the orders of {@code DataLoader(shuffle=True)} after {@code torch.manual_seed(seed)}, if
     * nothing else draws random numbers.
     *
     * @param number the seed; its low 32 bits are used
     * @return the recipe
     */
    public Batching withGlobalShuffle(long number) {
        return with(Shuffle.ofGlobalSeed(number));
    }

    /**
     * Returns this recipe with the order of the data set itself.
     *
     * @return the recipe
     */
    public Batching withoutShuffle() {
        return with(Shuffle.none());
    }

    /**
     * Returns this recipe with or without a smaller last batch.
     *
     * @param drop true to drop it
     * @return the recipe
     */
    public Batching withDropLast(boolean drop) {
        return new Batching(
                new Options(size(), options.shuffle, drop, seed(), augmentations(), code(), options.sorted));
    }

    /**
     * Returns this recipe with another seed of augmentations and codes.
     *
     * @param number the seed
     * @return the recipe
     */
    public Batching withSeed(long number) {
        return new Batching(
                new Options(size(), options.shuffle, dropLast(), number, augmentations(), code(), options.sorted));
    }

    /**
     * Returns this recipe with other augmentations.
     *
     * @param changes the changes of samples, in this order
     * @return the recipe
     */
    public Batching withAugmentations(Augmentation... changes) {
        Objects.requireNonNull(changes, "changes");
        return new Batching(
                new Options(size(), options.shuffle, dropLast(), seed(), List.of(changes), code(), options.sorted));
    }

    /**
     * Returns this recipe with another encoding.
     *
     * @param inputs the encoding of values
     * @return the recipe
     */
    public Batching withCode(InputEncoding inputs) {
        Objects.requireNonNull(inputs, "inputs");
        return new Batching(
                new Options(size(), options.shuffle, dropLast(), seed(), augmentations(), inputs, options.sorted));
    }

    /**
     * Returns this recipe with batches of samples of similar {@linkplain Dataset#length length}. An epoch's order is
     * cut into groups of batches, and each group is sorted stably by length, longest first. A {@link BatchLoader} also
     * sorts an order from the caller.
     *
     * @param batches the batches of a group; 1 sorts within each batch, 0 does not sort
     * @return the recipe
     * @throws IllegalArgumentException if {@code batches} is negative
     */
    public Batching withSortedLengths(int batches) {
        Checks.atLeast(0, "batches", batches);
        return new Batching(new Options(size(), options.shuffle, dropLast(), seed(), augmentations(), code(), batches));
    }

    int[] sorted(int[] order, Dataset data) {
        if (options.sorted == 0) {
            return order;
        }
        Integer[] numbers = Arrays.stream(order).boxed().toArray(Integer[]::new);
        long group = (long) options.sorted * options.size;
        for (long first = 0; first < numbers.length; first += group) {
            int end = (int) Math.min(first + group, numbers.length);
            Arrays.sort(numbers, (int) first, end, Comparator.comparingInt((Integer each) -> -data.length(each)));
        }
        return Arrays.stream(numbers).mapToInt(Integer::intValue).toArray();
    }

    /**
     * Returns the size of a batch.
     *
     * @return samples, at least 1
     */
    public int size() {
        return options.size;
    }

    /**
     * Returns true if a smaller last batch is dropped.
     *
     * @return true if epochs have only full batches
     */
    public boolean dropLast() {
        return options.dropLast;
    }

    /**
     * Returns the seed.
     *
     * @return the seed of augmentations and codes
     */
    public long seed() {
        return options.seed;
    }

    /**
     * Returns the augmentations.
     *
     * @return the changes of samples, in this order
     */
    public List<Augmentation> augmentations() {
        return options.augmentations;
    }

    /**
     * Returns the encoding.
     *
     * @return the encoding of values
     */
    public InputEncoding code() {
        return options.code;
    }

    /**
     * Returns the number of batches of an epoch.
     *
     * @param samples the number of samples
     * @return batches; 0 if the only batch is smaller and dropped
     */
    public int batches(int samples) {
        return options.dropLast ? samples / options.size : Math.ceilDiv(samples, options.size);
    }

    /**
     * Computes the order of the samples in an epoch. Skipping the random numbers of earlier epochs takes about a
     * nanosecond each.
     *
     * @param epoch its number, from 0
     * @param samples the number of samples, at least 1
     * @return the numbers of the samples in this order
     * @throws IllegalArgumentException if the epoch is negative or there is no sample
     */
    public int[] order(int epoch, int samples) {
        return order(generator(epoch, samples), samples);
    }

    /**
     * Creates the generator of orders in its state before an epoch.
     *
     * @param epoch its number, from 0
     * @param samples the number of samples, at least 1
     * @return a generator for {@link #order(TorchRandom, int)}
     * @throws IllegalArgumentException if the epoch is negative or there is no sample
     */
    public TorchRandom generator(int epoch, int samples) {
        Checks.atLeast(0, "epoch", epoch);
        return options.shuffle.generator(epoch, samples);
    }

    /**
     * Draws the order of an epoch, and advances the generator to the next epoch.
     *
     * @param generator from {@link #generator}, or with its state
     * @param samples the number of samples, at least 1
     * @return the numbers of the samples in this order
     * @throws IllegalArgumentException if there is no sample
     */
    public int[] order(TorchRandom generator, int samples) {
        Objects.requireNonNull(generator, "generator");
        return options.shuffle.draw(generator, samples);
    }

    /**
     * Allocates a batch that its caller fills by {@link BatchLoader.Batch#read}, without a {@link BatchLoader}.
     *
     * @param data the source of the samples
     * @return a batch of at most {@link #size} samples
     */
    public BatchLoader.Batch batch(Dataset data) {
        return new BatchLoader.Batch(data, this);
    }

    Shuffle.Orders orders(int samples) {
        return options.shuffle.orders(samples);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Batching that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "Batching");
    }

    /**
     * A random change of a sample. It depends only on a key, a function of the seed, the epoch, the sample's number,
     * and the index of this augmentation.
     */
    @FunctionalInterface
    public interface Augmentation {

        /**
         * Writes a changed sample, without allocation.
         *
         * @param from the sample, {@code [1 x shape.size()]}, in torch's order
         * @param to {@code [1 x shape.size()]}, overwritten; not the memory of {@code from}
         * @param shape the shape of the sample
         * @param key of {@link CounterRandom#uniform(long, int)}
         */
        void apply(FloatMatrix from, FloatMatrix to, Shape shape, long key);

        /**
         * Shifts images by 0 to {@code most} whole pixels, equally likely in both directions for each distance; new
         * pixels are 0.
         *
         * <p>With u0 and u1 the first two numbers: {@code down = floor(u0 * (2 * most + 1)) - most}, and {@code right}
         * likewise from u1.
         *
         * @param most the most pixels in each direction, at least 0
         * @return the change
         * @throws IllegalArgumentException if {@code most} is negative
         */
        static Augmentation shift(int most) {
            Checks.atLeast(0, "most", most);
            return (from, to, shape, key) -> {
                int down = (int) (CounterRandom.uniform(key, 0) * (2 * most + 1)) - most;
                int right = (int) (CounterRandom.uniform(key, 1) * (2 * most + 1)) - most;
                to.fill(0);
                int width = Math.max(0, shape.width() - Math.abs(right));
                long bytes = (long) width * Float.BYTES;
                for (int line = 0; line < shape.channels() * shape.height(); line++) {
                    int y = line % shape.height() + down;
                    if (y >= 0 && y < shape.height()) {
                        long source = (long) line * shape.width() + Math.max(0, -right);
                        long target = ((long) line + down) * shape.width() + Math.max(0, right);
                        MemorySegment.copy(
                                from.segment(), source * Float.BYTES, to.segment(), target * Float.BYTES, bytes);
                    }
                }
            };
        }

        /**
         * Flips images from left to right if the first number is below a probability.
         *
         * @param probability from 0 to 1
         * @return the change
         * @throws IllegalArgumentException if {@code probability} is out of range
         */
        static Augmentation flip(double probability) {
            Checks.share("probability", probability);
            return (from, to, shape, key) -> {
                if (!(CounterRandom.uniform(key, 0) < probability)) {
                    to.copyFrom(from);
                    return;
                }
                int width = shape.width();
                for (int i = 0; i < shape.size(); i++) {
                    int mirrored = i - i % width + width - 1 - i % width;
                    float value = from.segment().get(ValueLayout.JAVA_FLOAT, (long) mirrored * Float.BYTES);
                    to.segment().set(ValueLayout.JAVA_FLOAT, (long) i * Float.BYTES, value);
                }
            };
        }
    }
}
