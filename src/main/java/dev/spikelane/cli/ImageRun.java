package dev.spikelane.cli;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;

/** Runs images, rate-coded, through the tutorial's network, batch by batch. */
final class ImageRun {

    private final DemoSettings settings;
    private final ImageSet images;
    private final Network network;
    private final Progress progress;
    private long encodeNanoseconds;

    private ImageRun(DemoSettings settings, ImageSet images, Network network, Progress progress) {
        this.settings = settings;
        this.images = images;
        this.network = network;
        this.progress = progress;
    }

    static Result run(DemoSettings settings, ImageSet images, List<Attachment> attachments, Progress progress)
            throws IOException {
        try (Arena arena = Arena.ofShared()) {
            TorchRandom random = new TorchRandom(settings.seed());
            Network network = TutorialRun.network(arena, images.inputs(), random);
            return new ImageRun(settings, images, network, progress).run(attachments);
        }
    }

    private Result run(List<Attachment> attachments) throws IOException {
        double warmUp = warmUp();
        NetworkRun run = new NetworkRun(network, settings.threads(), attachments, progress);
        encodeNanoseconds = 0;
        progress.begin("Images", (long) settings.steps() * images.count());
        for (int first = 0; first < images.count(); first += settings.batch()) {
            batch(run, first);
        }
        progress.end();
        return new Result(images, run.result(), warmUp, encodeNanoseconds * 1e-9);
    }

    /** Repeats the first batch until the JIT compiler has had its time, and returns the seconds that took. */
    private double warmUp() throws IOException {
        long start = System.nanoTime();
        long last = start;
        progress.begin("Warm-up", settings.warmUp() * 1_000_000_000L);
        while (last - start < settings.warmUp() * 1e9) {
            batch(new NetworkRun(network, settings.threads(), List.of(), Progress.NONE), 0);
            long now = System.nanoTime();
            progress.advance(now - last);
            last = now;
        }
        progress.end();
        return (System.nanoTime() - start) * 1e-9;
    }

    private void batch(NetworkRun run, int first) throws IOException {
        int batch = Math.min(settings.batch(), images.count() - first);
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix intensities = images.intensities(arena, first, batch);
            SpikeMatrix input = SpikeMatrix.zeros(arena, settings.steps() * batch, images.inputs());
            long start = System.nanoTime();
            new Rate().encode(intensities, input, settings.seed(), first);
            encodeNanoseconds += System.nanoTime() - start;
            run.run(input, batch);
        }
    }

    /**
     * What the network did with the images.
     *
     * @param images the images
     * @param network counts, densities and time
     * @param warmUpSeconds time before anything was measured
     * @param encodeSeconds time of the rate coding
     */
    record Result(ImageSet images, NetworkResult network, double warmUpSeconds, double encodeSeconds) {

        double encodeMilliseconds() {
            return encodeSeconds / images.count() * 1e3;
        }

        double networkMilliseconds() {
            return network.seconds() / images.count() * 1e3;
        }
    }
}
