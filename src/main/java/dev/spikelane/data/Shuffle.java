package dev.spikelane.data;

import dev.spikelane.random.TorchRandom;

/**
 * The order of the samples in each epoch, a function of a seed and the epoch's number.
 *
 * <p>Orders by seed are those of {@code torch.utils.data.DataLoader(shuffle=True)} without workers, epoch after epoch. To find the order of an epoch, the
 * random numbers of all epochs before are drawn too, if they were not the last that were asked for: some milliseconds for each, so training can be
 * resumed anywhere.
 */
final class Shuffle {

    private enum Kind {
        NONE,
        OWN_GENERATOR,
        GLOBAL_GENERATOR
    }

    private final Kind kind;
    private final long seed;

    private Shuffle(Kind kind, long seed) {
        this.kind = kind;
        this.seed = seed;
    }

    /** The order of the data set itself. */
    static Shuffle none() {
        return new Shuffle(Kind.NONE, 0);
    }

    /** The orders of {@code DataLoader(shuffle=True, generator=torch.Generator().manual_seed(seed))}. */
    static Shuffle of(long seed) {
        return new Shuffle(Kind.OWN_GENERATOR, seed);
    }

    /** The orders of {@code DataLoader(shuffle=True)} after {@code torch.manual_seed(seed)}, if nothing else draws random numbers. */
    static Shuffle ofGlobalSeed(long seed) {
        return new Shuffle(Kind.GLOBAL_GENERATOR, seed);
    }

    /** The numbers of the samples in the order in which an epoch sees them. */
    int[] order(int epoch, int samples) {
        return new Orders(samples).next(epoch);
    }

    /** Draws orders of successive epochs without starting anew. */
    Orders orders(int samples) {
        return new Orders(samples);
    }

    /** A stream and the epoch at which it stands. */
    final class Orders {

        private final int samples;
        private TorchRandom random = new TorchRandom(seed);
        private int at;

        private Orders(int samples) {
            if (samples < 1) {
                throw new IllegalArgumentException("data set has " + samples + " samples, expected at least 1");
            }
            this.samples = samples;
        }

        int[] next(int epoch) {
            if (epoch < 0) {
                throw new IllegalArgumentException("epoch is " + epoch + ", expected at least 0");
            }
            if (epoch < at) {
                random = new TorchRandom(seed);
                at = 0;
            }
            while (at < epoch) {
                draw();
            }
            return draw();
        }

        private int[] draw() {
            at++;
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
            random.randperm(samples); // torch draws one more order, of which it takes no sample
            return order;
        }
    }
}
