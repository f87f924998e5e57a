package dev.spikelane.random;

/**
 * The uses of random numbers in a training run. Each use has its own stream in each epoch, so an additional use changes
 * no other numbers.
 *
 * <p>{@link CounterRandom.Draws} derives the seeds.
 */
enum RandomUse {
    /** Spikes that are drawn from intensities. */
    ENCODING(1),
    /** Shifts and flips of images. */
    AUGMENTATION(2),
    /** The elements that a dropout silences; the index is the projection's number. */
    DROPOUT(3),
    /** Surrogate gradients that are noise; the index is the population's number. */
    SURROGATE(4),
    /** The noise of neurons; the index is the population's number. */
    NOISE(5);

    private static final int INDICES = 1 << 23;
    private static final int CODES = 256;

    private final int code;

    RandomUse(int code) {
        this.code = code;
    }

    /**
     * Returns the number that stands for this use in keys; it never changes.
     *
     * @return a number from 1 to 255
     */
    int code() {
        return code;
    }

    /**
     * Computes the seed of this use in an epoch.
     *
     * @param seed the seed of the run
     * @param epoch the number of the epoch
     * @param index tells several uses of a kind apart, from 0 to 8,388,607
     * @return a seed for {@link CounterRandom}
     * @throws IllegalArgumentException if the index is out of range
     */
    long seed(long seed, int epoch, int index) {
        if (index < 0 || index >= INDICES) {
            throw new IllegalArgumentException("index is " + index + ", expected 0 to " + (INDICES - 1));
        }
        return CounterRandom.block((int) seed, (int) (seed >>> Integer.SIZE), epoch, code + CODES * index);
    }
}
