package dev.spikelane.random;

import java.util.Objects;

/**
 * The random streams of the samples of a batch, for one {@linkplain RandomUse use}: each is a function of (seed, epoch, the sample's number in
 * its data set, step), whatever place in whatever batch the sample has.
 *
 * <p>It is set before a batch and then read, by any number of threads; setting it allocates nothing.
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
     * Makes the streams of a run, in epoch 0 and of no sample.
     *
     * @param use what the numbers are for
     * @param seed the seed of the run
     * @param index tells several uses of a kind apart, such as populations, from 0
     * @param mostSamples the most samples of a batch, at least 1
     * @throws IllegalArgumentException if {@code index} is out of range or {@code mostSamples} is below 1
     */
    public SampleDraws(RandomUse use, long seed, int index, int mostSamples) {
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
