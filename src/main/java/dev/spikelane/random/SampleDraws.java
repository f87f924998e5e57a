package dev.spikelane.random;

import java.util.Objects;

/**
 * The random streams of the samples of a batch, for one use of random numbers: each is a function of (seed, epoch, the
 * sample's number in its data set, step), whatever place in whatever batch the sample has.
 *
 * <p>It is set before a batch and then read, by any number of threads; setting it allocates nothing.
 *
 * <p>A run has one seed. The numbers of a sample are those of {@link CounterRandom} under a seed of their use and
 * epoch. Codes are 1 for spikes that are drawn from intensities, 2 for shifts and flips of images, 3 for what a dropout
 * silences, 4 for surrogate gradients that are noise and 5 for the noise of neurons; the index is the number of the
 * projection or population, 0 for the first two:
 *
 * <pre>{@code
 * key     = threefry((low half of seed, high half of seed), (epoch, code + 256 * index))
 * row key = CounterRandom.rowKey(key, step, sample)        sample: its number in the data set
 * number  = CounterRandom.uniform(row key, element)        element: the pixel or the neuron
 * }</pre>
 *
 * <p>A sample's place in a batch, the batch's size, shards and threads do not enter.
 */
public final class SampleDraws {

    /** No streams at all, for what draws no random numbers. It has no row, and must not be set. */
    public static final SampleDraws NONE = new SampleDraws(RandomUse.SURROGATE, 0, 0, 1);

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
    public static SampleDraws encoding(long seed, int mostSamples) {
        return new SampleDraws(RandomUse.ENCODING, seed, 0, mostSamples);
    }

    /**
     * Makes the streams for changes of images, in epoch 0 and of no sample.
     *
     * @param seed the seed of the run
     * @param mostSamples the most samples of a batch, at least 1
     * @return the streams
     * @throws IllegalArgumentException if {@code mostSamples} is below 1
     */
    public static SampleDraws augmentation(long seed, int mostSamples) {
        return new SampleDraws(RandomUse.AUGMENTATION, seed, 0, mostSamples);
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
    public static SampleDraws dropout(long seed, int projection, int mostSamples) {
        return new SampleDraws(RandomUse.DROPOUT, seed, projection, mostSamples);
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
    public static SampleDraws surrogate(long seed, int population, int mostSamples) {
        return new SampleDraws(RandomUse.SURROGATE, seed, population, mostSamples);
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
    public static SampleDraws noise(long seed, int population, int mostSamples) {
        return new SampleDraws(RandomUse.NOISE, seed, population, mostSamples);
    }

    /** Makes the streams of a use of a run, in epoch 0 and of no sample. */
    SampleDraws(RandomUse use, long seed, int index, int mostSamples) {
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
     * Goes to an epoch.
     *
     * @param epoch its number
     */
    public void setEpoch(int epoch) {
        epochSeed = use.seed(seed, epoch, index);
    }

    /**
     * Says which samples the rows of a step are.
     *
     * @param numbers numbers of samples in their data set
     * @param first the place in {@code numbers} of the sample of row 0
     * @param rows how many samples there are, from 0 to the most
     * @throws IllegalArgumentException if there are more rows than the most samples
     * @throws IndexOutOfBoundsException if the numbers are not all there
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
     * Computes the key of a row, from which {@link CounterRandom#uniform(long, int)} makes the number of each element.
     *
     * @param step the time step
     * @param row the row within the step
     * @return the key
     * @throws IndexOutOfBoundsException if the batch has no such row
     */
    public long rowKey(int step, int row) {
        return CounterRandom.rowKey(epochSeed, step, samples[Objects.checkIndex(row, count)]);
    }
}
