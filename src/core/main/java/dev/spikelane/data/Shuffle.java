package dev.spikelane.data;

import dev.spikelane.random.TorchRandom;

/**
 * The order of the samples in each epoch, a function of a seed and the epoch's number.
 *
 * <p>Orders by seed equal the orders of {@code torch.utils.data.DataLoader(shuffle=True)} without workers, epoch after
 * epoch. The generator of an epoch has drawn or skipped the orders of all earlier epochs; skipping builds no order.
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

    /** Returns the order of the data set itself. */
    static Shuffle none() {
        return new Shuffle(Kind.NONE, 0);
    }

    /** Returns the orders of {@code DataLoader(shuffle=True, generator=torch.Generator().manual_seed(seed))}. */
    static Shuffle of(long seed) {
        return new Shuffle(Kind.OWN_GENERATOR, seed);
    }

    /**
     * Returns the orders of {@code DataLoader(shuffle=True)} after {@code torch.manual_seed(seed)}, if nothing else
     * draws random numbers.
     */
    static Shuffle ofGlobalSeed(long seed) {
        return new Shuffle(Kind.GLOBAL_GENERATOR, seed);
    }

    /** Returns the generator in its state before an epoch. */
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
        random.nextLong(); // torch draws a seed of its workers
        if (kind == Kind.GLOBAL_GENERATOR) {
            return new TorchRandom(random.nextLong()).randperm(samples);
        }
        int[] order = random.randperm(samples);
        random.skip(samples - 1L); // torch draws one more order, without using it
        return order;
    }

    private static void requireSamples(int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("data set has " + samples + " samples, expected at least 1");
        }
    }

    /** Returns orders of successive epochs from one generator. */
    Orders orders(int samples) {
        return new Orders(samples);
    }

    /** A generator and its present epoch. */
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
