package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;

/**
 * What the user chose.
 *
 * @param seed seed of weights and spikes
 * @param steps time steps of the networks
 * @param batch images that run side by side
 * @param threads threads that share the work
 * @param warmUp seconds to run before the time is taken
 */
record DemoSettings(long seed, int steps, int batch, int threads, int warmUp) {

    /** Bytes that a batch may take in memory, and that may be written to files. */
    static final long MOST_BYTES = 2_000_000_000;

    /** Throws unless the spike trains and the recordings of {@code count} images fit. */
    void requireFits(ImageSet images, boolean recorded) {
        int together = Math.min(batch, images.count());
        long perInput = (long) steps * together / Byte.SIZE + (long) together * Float.BYTES;
        require("a batch of " + together + " images in " + steps + " steps", "in memory", perInput * images.inputs());
        if (recorded) {
            long bytes = Recording.fileBytes(steps, images.count(), images.inputs())
                    + Recording.fileBytes(steps, 1, TutorialRun.INPUTS);
            require("the recording of " + images.count() + " images in " + steps + " steps", "in files", bytes);
        }
    }

    private static void require(String what, String where, long bytes) {
        if (bytes > MOST_BYTES) {
            throw new IllegalArgumentException(what + " takes " + megabytes(bytes) + " " + where + ", expected at most "
                    + megabytes(MOST_BYTES) + "; choose smaller --batch, --steps or --count");
        }
    }

    private static String megabytes(long bytes) {
        return bytes / 1_000_000 + " MB";
    }
}
