package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;

/**
 * The user's settings.
 *
 * @param warmUp seconds before the times are taken
 */
record DemoSettings(long seed, int steps, int batch, int threads, int warmUp) {

    /** Limits a batch in memory, and written files. */
    static final long MOST_BYTES = 2_000_000_000;

    DemoSettings withSteps(int other) {
        return new DemoSettings(seed, other, batch, threads, warmUp);
    }

    void requireFits(DemoPreset preset, Network network, ImageSet images, boolean recorded) {
        int together = Math.min(batch, images.count());
        long bits = preset.code(steps).steps() == 0 ? 0 : (long) steps * together / Byte.SIZE;
        long values = (long) together * Float.BYTES;
        require(
                "a batch of " + together + " images in " + steps + " steps",
                "in memory",
                (bits + values) * images.inputs());
        if (recorded) {
            long neurons =
                    network.populations().stream().mapToLong(Population::size).sum();
            long bytes = (images.inputs() + (1 + Float.BYTES) * neurons) * steps * (images.count() + 1);
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
