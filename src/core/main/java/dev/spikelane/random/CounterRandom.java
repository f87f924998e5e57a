package dev.spikelane.random;

import java.util.Objects;

/**
 * Computes random bits from a counter: the generator Threefry-2x32 with 13 rounds, and the scheme by which a run's
 * neurons share its bits.
 *
 * <p>There is no state and no stream: the bits of a neuron are a pure function of (seed, step, row, neuron). So a spike
 * train does not depend on threads, row order or vector width, and any part of it can be computed alone. These scalar
 * methods are the specification; vectorized kernels give the same bits.
 *
 * <p>The scheme, with {@code threefry(key, counter) -> (x0, x1)}, all words of 32 bits:
 * <pre>{@code
 * run key   = (low half of seed, high half of seed)
 * row key   = threefry(run key, (step, row))
 * (x0, x1)  = threefry(row key, (word, pair))       word = neuron / 64, pair = 0 .. 31
 * bits      = x0 for neuron 64 * word + pair,  x1 for neuron 64 * word + 32 + pair
 * uniform   = (bits >>> 8) * 2^-24                  in [0, 1)
 * }</pre>
 *
 * <p>Threefry is a permutation of its counters for every key, so no two (step, row) of a run share a row key.
 *
 * <p>Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. Matches the authors'
 * library Random123, {@code threefry2x32_R(13, counter, key)}.
 */
public final class CounterRandom {

    /** Rounds of a {@link #block}. */
    public static final int ROUNDS = 13;

    /** The third key word is the exclusive or of this and the other two. */
    public static final int PARITY = 0x1BD11BDA;

    /** Left rotation of rounds 0 and 8, in bits. */
    public static final int ROTATION_0 = 13;

    /** Left rotation of rounds 1 and 9. */
    public static final int ROTATION_1 = 15;

    /** Left rotation of rounds 2 and 10. */
    public static final int ROTATION_2 = 26;

    /** Left rotation of rounds 3 and 11. */
    public static final int ROTATION_3 = 6;

    /** Left rotation of rounds 4 and 12. */
    public static final int ROTATION_4 = 17;

    /** Left rotation of round 5. */
    public static final int ROTATION_5 = 29;

    /** Left rotation of round 6. */
    public static final int ROTATION_6 = 16;

    /** Left rotation of round 7. */
    public static final int ROTATION_7 = 24;

    /** Right shift of the bits in {@link #uniform(int)}. */
    public static final int UNIFORM_SHIFT = Integer.SIZE - Float.PRECISION;

    /** Distance of neighboring values of {@link #uniform(int)}: {@code 2^-24}. */
    public static final float UNIFORM_UNIT = 0x1p-24f;

    private static final int PAIRS = Long.SIZE / 2;

    private CounterRandom() {}

    /**
     * Computes 64 random bits: Threefry-2x32 with {@value #ROUNDS} rounds.
     *
     * <p>With {@code key2 = PARITY ^ key0 ^ key1}, the block starts as {@code (counter0 + key0, counter1 + key1)}.
     * Round r is {@code x0 += x1; x1 = rotateLeft(x1, ROTATION_(r % 8)) ^ x0}. After the 4th, 8th and 12th round, with
     * i = 1, 2, 3, key words are added: {@code x0 += key(i % 3); x1 += key((i + 1) % 3) + i}.
     *
     * @param key0 the first word of the key
     * @param key1 the second word of the key
     * @param counter0 the first word of the counter
     * @param counter1 the second word of the counter
     * @return x0 in the low and x1 in the high 32 bits
     */
    public static long block(int key0, int key1, int counter0, int counter1) {
        int key2 = PARITY ^ key0 ^ key1;
        int x0 = counter0 + key0;
        int x1 = counter1 + key1;

        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_0) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_1) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_2) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_3) ^ x0;
        x0 += key1;
        x1 += key2 + 1;

        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_4) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_5) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_6) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_7) ^ x0;
        x0 += key2;
        x1 += key0 + 2;

        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_0) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_1) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_2) ^ x0;
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_3) ^ x0;
        x0 += key0;
        x1 += key1 + 3;

        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATION_4) ^ x0;
        return (long) x1 << Integer.SIZE | Integer.toUnsignedLong(x0);
    }

    /**
     * Computes the key of one row of a run: {@code threefry((low half of seed, high half of seed), (step, row))}.
     *
     * @param seed the seed of the run; all 64 bits count
     * @param step the time step
     * @param row the number of the sample
     * @return the first word of the key in the low and the second in the high 32 bits
     */
    public static long rowKey(long seed, int step, int row) {
        return block((int) seed, (int) (seed >>> Integer.SIZE), step, row);
    }

    /**
     * Computes the uniform number of one neuron.
     *
     * @param seed the seed of the run; all 64 bits count
     * @param step the time step
     * @param row the number of the sample
     * @param column the neuron, at least 0
     * @return a multiple of {@code 2^-24} in [0, 1)
     * @throws IllegalArgumentException if {@code column} is negative
     */
    public static float uniform(long seed, int step, int row, int column) {
        if (column < 0) {
            throw new IllegalArgumentException("column is " + column + ", expected at least 0");
        }
        return uniform(rowKey(seed, step, row), column);
    }

    /**
     * Computes the uniform number of one neuron from the key of its row.
     *
     * @param rowKey from {@link #rowKey}
     * @param column the neuron, at least 0; not checked
     * @return a multiple of {@code 2^-24} in [0, 1)
     */
    public static float uniform(long rowKey, int column) {
        return uniform(bits(rowKey, column));
    }

    /**
     * Computes the bits of one neuron from the key of its row.
     *
     * @param rowKey from {@link #rowKey}
     * @param column the neuron, at least 0; not checked
     * @return 32 random bits
     */
    public static int bits(long rowKey, int column) {
        long block = block((int) rowKey, (int) (rowKey >>> Integer.SIZE), column / Long.SIZE, column % PAIRS);
        boolean low = column % Long.SIZE < PAIRS;
        return (int) (low ? block : block >>> Integer.SIZE);
    }

    /**
     * Turns random bits into a uniform number: {@code (bits >>> 8) * 2^-24}.
     *
     * @param bits 32 random bits, of which the high 24 count
     * @return a multiple of {@code 2^-24} in [0, 1)
     */
    public static float uniform(int bits) {
        return (bits >>> UNIFORM_SHIFT) * UNIFORM_UNIT;
    }

    /**
     * The random streams of a batch's samples, for one use of random numbers: each is a function of (seed, epoch, the
     * sample's number in its data set, step), whatever the batch, its size, shards or threads.
     *
     * <p>It is set before a batch and then read, by any number of threads; setting it allocates nothing.
     *
     * <p>Each use and epoch has its seed. The codes are 1 for rate coding, 2 for shifts and flips of images, 3 for
     * dropout, 4 for random surrogate gradients and 5 for the noise of neurons. The index is the number of the
     * projection or population, 0 for the first two codes:
     * <pre>{@code
     * key     = threefry((low half of seed, high half of seed), (epoch, code + 256 * index))
     * row key = CounterRandom.rowKey(key, step, sample)        sample: its number in the data set
     * number  = CounterRandom.uniform(row key, element)        element: the pixel or the neuron
     * }</pre>
     *
     * <p>New streams start in epoch 0 without samples. Factories throw an {@link IllegalArgumentException} if a number
     * is out of range.
     */
    public static final class Draws {

        /** Empty streams, for models that draw no random numbers; must not be set. */
        public static final Draws NONE = new Draws(RandomUse.SURROGATE, 0, 0, 1);

        private final RandomUse use;
        private final long seed;
        private final int index;
        private final int[] samples;
        private long epochSeed;
        private int count;

        /**
         * Makes the streams for spikes that are drawn from intensities, in epoch 0 and of no sample.
         *
         * @param seed the seed of the run
         * @param mostSamples the most samples of a batch, at least 1
         * @return the streams
         * @throws IllegalArgumentException if {@code mostSamples} is below 1
         */
        public static Draws encoding(long seed, int mostSamples) {
            return new Draws(RandomUse.ENCODING, seed, 0, mostSamples);
        }

        /**
         * Makes the streams for changes of images, in epoch 0 and of no sample.
         *
         * @param seed the seed of the run
         * @param mostSamples the most samples of a batch, at least 1
         * @return the streams
         * @throws IllegalArgumentException if {@code mostSamples} is below 1
         */
        public static Draws augmentation(long seed, int mostSamples) {
            return new Draws(RandomUse.AUGMENTATION, seed, 0, mostSamples);
        }

        /**
         * Makes the streams for the dropout of a projection, in epoch 0 and of no sample.
         *
         * @param seed the seed of the run
         * @param projection its number, from 0 to 8,388,607
         * @param mostSamples the most samples of a batch, at least 1
         * @return the streams
         * @throws IllegalArgumentException if {@code projection} is out of range or {@code mostSamples} is below 1
         */
        public static Draws dropout(long seed, int projection, int mostSamples) {
            return new Draws(RandomUse.DROPOUT, seed, projection, mostSamples);
        }

        /**
         * Makes the streams for the surrogate gradients of a population, in epoch 0 and of no sample.
         *
         * @param seed the seed of the run
         * @param population its number, from 0 to 8,388,607
         * @param mostSamples the most samples of a batch, at least 1
         * @return the streams
         * @throws IllegalArgumentException if {@code population} is out of range or {@code mostSamples} is below 1
         */
        public static Draws surrogate(long seed, int population, int mostSamples) {
            return new Draws(RandomUse.SURROGATE, seed, population, mostSamples);
        }

        /**
         * Makes the streams for the noise of a population's neurons, in epoch 0 and of no sample.
         *
         * @param seed the seed of the run
         * @param population its number, from 0 to 8,388,607
         * @param mostSamples the most samples of a batch, at least 1
         * @return the streams
         * @throws IllegalArgumentException if {@code population} is out of range or {@code mostSamples} is below 1
         */
        public static Draws noise(long seed, int population, int mostSamples) {
            return new Draws(RandomUse.NOISE, seed, population, mostSamples);
        }

        Draws(RandomUse use, long seed, int index, int mostSamples) {
            if (mostSamples < 1) {
                throw new IllegalArgumentException("mostSamples is " + mostSamples + ", expected at least 1");
            }
            this.use = use;
            this.seed = seed;
            this.index = index;
            this.samples = new int[mostSamples];
            setEpoch(0);
        }

        /**
         * Sets the epoch.
         *
         * @param epoch its number
         */
        public void setEpoch(int epoch) {
            epochSeed = use.seed(seed, epoch, index);
        }

        /**
         * Sets the samples of a step's rows.
         *
         * @param numbers numbers of samples in their data set
         * @param first index in {@code numbers} of the sample of row 0
         * @param rows number of samples, from 0 to the most
         * @throws IllegalArgumentException if there are more rows than the most samples
         * @throws IndexOutOfBoundsException if the numbers are too few
         */
        public void setSamples(int[] numbers, int first, int rows) {
            if (rows > samples.length) {
                throw new IllegalArgumentException(rows + " samples, expected at most " + samples.length);
            }
            Objects.checkFromIndexSize(first, rows, numbers.length);
            System.arraycopy(numbers, first, samples, 0, rows);
            count = rows;
        }

        /**
         * Computes the key of a row, for {@link CounterRandom#uniform(long, int)}.
         *
         * @param step the time step
         * @param row the row within the step
         * @return the key
         * @throws IndexOutOfBoundsException if the batch has no such row
         */
        public long rowKey(int step, int row) {
            return CounterRandom.rowKey(epochSeed, step, samples[Objects.checkIndex(row, count)]);
        }

        @Override
        public String toString() {
            return "Draws for " + use + " with seed " + seed + ", " + count + " samples";
        }
    }
}
