package dev.spikelane.data;

import dev.spikelane.random.TorchRandom;

/**
 * The order of the samples in each epoch, a function of a seed and the epoch's number.
 *
 * <p>Orders by seed are those of {@code torch.utils.data.DataLoader(shuffle=True)} without workers, epoch after
 * epoch. The order of an epoch comes from a generator
 * that has drawn those of all epochs before, or left them out, which builds none of them.
 *
 * @param seed where the generator starts
 */
record Shuffle(Kind kind, long seed) {

    enum Kind {
        NONE,
        OWN_GENERATOR,
        GLOBAL_GENERATOR
    }

    /** Outputs of a {@link TorchRandom#nextLong}. */
    private static final int OF_LONG = 2;

    /** The order of the data set itself. */
    static Shuffle none() {
        return new Shuffle(Kind.NONE, 0);
    }

    /** The orders of {@code DataLoader(shuffle=True, generator=torch.Generator().manual_seed(seed))}. */
    static Shuffle of(long seed) {
        return new Shuffle(Kind.OWN_GENERATOR, seed);
    }

    /**
     * The orders of {@code DataLoader(shuffle=True)} after {@code torch.manual_seed(seed)}, if nothing else draws
     * random numbers.
     */
    static Shuffle ofGlobalSeed(long seed) {
        return new Shuffle(Kind.GLOBAL_GENERATOR, seed);
    }

    /** The generator as it stands before an epoch. */
    TorchRandom generator(int epoch, int samples) {
        TorchRandom random = new TorchRandom(seed);
        skip(random, epoch, samples);
        return random;
    }

    private void skip(TorchRandom random, int epochs, int samples) {
        requireSamples(samples);
        long outputs = switch (kind) {
            case NONE -> 0;
            case OWN_GENERATOR -> OF_LONG + 2L * (samples - 1);
            case GLOBAL_GENERATOR -> 2 * OF_LONG;
        };
        random.skip(epochs * outputs);
    }

    /** Draws the order of the epoch before which a generator stands. */
    int[] draw(TorchRandom random, int samples) {
        requireSamples(samples);
        if (kind == Kind.NONE) {
            int[] order = new int[samples];
            for (int i = 0; i < samples; i++) {
                order[i] = i;
            }
            return order;
        }
        random.nextLong(); // the seed of workers, which are not there
        if (kind == Kind.GLOBAL_GENERATOR) {
            return new TorchRandom(random.nextLong()).randperm(samples);
        }
        int[] order = random.randperm(samples);
        random.skip(samples - 1L); // torch draws one more order, of which it takes no sample
        return order;
    }

    private static void requireSamples(int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("data set has " + samples + " samples, expected at least 1");
        }
    }

    /** Draws orders of successive epochs without starting anew. */
    Orders orders(int samples) {
        return new Orders(samples);
    }

    /** A stream and the epoch at which it stands. */
    final class Orders {

        private final int samples;
        private TorchRandom random;
        private int at;

        private Orders(int samples) {
            this.samples = samples;
            this.random = generator(0, samples);
        }

        int[] next(int epoch) {
            if (epoch < at) {
                random = generator(epoch, samples);
            } else {
                skip(random, epoch - at, samples);
            }
            at = epoch + 1;
            return draw(random, samples);
        }
    }
}
