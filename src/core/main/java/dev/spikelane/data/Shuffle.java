package dev.spikelane.data;

import dev.spikelane.random.TorchRandom;

/**
 * The order of the samples in each epoch, a function of a seed and the epoch's number.
 *
 * <p>Orders equal {@code torch.utils.data.DataLoader(shuffle=True)} without workers. The generator of an epoch has
 * drawn or skipped the orders of earlier epochs.
 *
 * @param seed the seed of the generator
 */
record Shuffle(Kind kind, long seed) {

    enum Kind {
        NONE,
        OWN_GENERATOR,
        GLOBAL_GENERATOR
    }

    /** Outputs of the generator for a {@link TorchRandom#nextLong}. */
    private static final int OF_LONG = 2;

    static Shuffle none() {
        return new Shuffle(Kind.NONE, 0);
    }

    static Shuffle of(long seed) {
        return new Shuffle(Kind.OWN_GENERATOR, seed);
    }

    static Shuffle ofGlobalSeed(long seed) {
        return new Shuffle(Kind.GLOBAL_GENERATOR, seed);
    }

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

    /** Draws the order of an epoch from a generator in its state before the epoch. */
    int[] draw(TorchRandom random, int samples) {
        requireSamples(samples);
        if (kind == Kind.NONE) {
            int[] order = new int[samples];
            for (int i = 0; i < samples; i++) {
                order[i] = i;
            }
            return order;
        }
        random.nextLong(); // torch draws a seed for its workers
        if (kind == Kind.GLOBAL_GENERATOR) {
            return new TorchRandom(random.nextLong()).randperm(samples);
        }
        int[] order = random.randperm(samples);
        random.skip(samples - 1L); // torch draws one more order without using it
        return order;
    }

    private static void requireSamples(int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("data set has " + samples + " samples, expected at least 1");
        }
    }

    Orders orders(int samples) {
        return new Orders(samples);
    }

    /** Orders of successive epochs from one generator. */
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
