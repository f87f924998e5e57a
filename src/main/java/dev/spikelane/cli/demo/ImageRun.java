package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Decoding;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs images, rate-coded, through the tutorial's network, batch by batch. */
final class ImageRun {

    /** The network of the demo; see the description of training. */
    static final String WEIGHTS = "fashion-mnist.safetensors";

    /** How its outputs become a class: it was trained for that. */
    static final Decoding DECODING = Decoding.COUNT;

    /** Steps of all images together that are run for the accuracy alone. */
    private static final long MOST_STEPS = 256_000;

    private final DemoSettings settings;
    private final ImageSet images;
    private final Network network;
    private final Progress progress;

    private ImageRun(DemoSettings settings, ImageSet images, Network network, Progress progress) {
        this.settings = settings;
        this.images = images;
        this.network = network;
        this.progress = progress;
    }

    static Result run(DemoSettings settings, ImageSet images, List<Attachment> attachments, Progress progress)
            throws IOException {
        try (Arena arena = Arena.ofShared()) {
            return new ImageRun(settings, images, network(arena, settings, images), progress).run(attachments);
        }
    }

    /** Runs some images once more, each alone, and records what the network does; it does the same as among others. */
    static NetworkResult again(DemoSettings settings, ImageSet images, List<Integer> numbers, ImageTrains trains)
            throws IOException {
        ImageRun again = new ImageRun(settings, images, trained().network(), Progress.NONE);
        NetworkRun run = new NetworkRun(again.network, settings.threads(), List.of(trains), Progress.NONE);
        for (int number : numbers) {
            again.batch(run, number, number + 1);
        }
        return run.result();
    }

    /**
     * Seconds in the network of the fastest pass over the first batch, of those that fit into the warm-up, at least
     * one.
     */
    static double fastestPass(DemoSettings settings, ImageSet images) throws IOException {
        try (Arena arena = Arena.ofShared()) {
            ImageRun run = new ImageRun(settings, images, network(arena, settings, images), Progress.NONE);
            PassTimes times = new PassTimes();
            double fastest = Double.MAX_VALUE;
            long start = System.nanoTime();
            do {
                PassTimes.Pass pass = run.pass();
                times.add(pass);
                fastest = Math.min(fastest, pass.network());
            } while (!times.settled() && System.nanoTime() - start < settings.warmUp() * 1e9);
            return fastest;
        }
    }

    private static Network network(Arena arena, DemoSettings settings, ImageSet images) throws IOException {
        return isTrained(images)
                ? trained().network()
                : TutorialRun.network(arena, images.inputs(), new TorchRandom(settings.seed()));
    }

    private PassTimes.Pass pass() throws IOException {
        return batch(new NetworkRun(network, settings.threads(), List.of(), Progress.NONE), 0, images.count());
    }

    /** Whether there is a network that was trained for images of this size. */
    static boolean isTrained(ImageSet images) {
        return images.inputs() == TutorialRun.INPUTS;
    }

    /** The model that is part of the command line. */
    static Model trained() throws IOException {
        try (InputStream stream = ImageRun.class.getResourceAsStream("/dev/spikelane/cli/" + WEIGHTS)) {
            if (stream == null) {
                throw new IOException(WEIGHTS + ": is missing in this build");
            }
            return ModelFile.readModel(WEIGHTS, stream);
        }
    }

    private Result run(List<Attachment> attachments) throws IOException {
        long start = System.nanoTime();
        PassTimes times = warmUp(start);
        double warmUp = (System.nanoTime() - start) * 1e-9;
        NetworkRun run = new NetworkRun(network, settings.threads(), attachments, progress);
        progress.begin("Images", (long) settings.steps() * images.count());
        for (int first = 0; first < images.count(); first += settings.batch()) {
            batch(run, first, images.count());
        }
        progress.end();
        NetworkResult result = run.result();
        Recognition recognition = isTrained(images) ? recognition(result) : Recognition.NONE;
        return new Result(images, result, recognition, Math.min(settings.batch(), images.count()), warmUp, times);
    }

    /** Looks at the rest of the embedded images too, which are enough to say how often the network is right. */
    private Recognition recognition(NetworkResult shown) throws IOException {
        List<Integer> found = new ArrayList<>(shown.winners());
        int end = images.fashion() && (long) settings.steps() * images.file().count() <= MOST_STEPS
                ? images.file().count()
                : images.count();
        NetworkRun rest = new NetworkRun(network, settings.threads(), List.of(), Progress.NONE);
        for (int first = images.count(); first < end; first += settings.batch()) {
            batch(rest, first, end);
        }
        found.addAll(rest.result().winners());
        boolean known = images.classes().stream().allMatch(label -> label < TutorialRun.OUTPUTS);
        return new Recognition(known ? images.classes() : List.of(), found, images.count());
    }

    /** Repeats the first batch until its times agree, or for as long as the user allows. */
    private PassTimes warmUp(long start) throws IOException {
        PassTimes times = new PassTimes();
        long last = start;
        progress.begin("Warm-up", settings.warmUp() * 1_000_000_000L);
        while (!times.settled() && last - start < settings.warmUp() * 1e9) {
            times.add(pass());
            long now = System.nanoTime();
            progress.advance(now - last);
            last = now;
        }
        progress.end();
        return times;
    }

    private PassTimes.Pass batch(NetworkRun run, int first, int end) throws IOException {
        int batch = Math.min(settings.batch(), end - first);
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix intensities = images.intensities(arena, first, batch);
            SpikeMatrix input = SpikeMatrix.zeros(arena, settings.steps() * batch, images.inputs());
            long processorStart = PassTimes.processorTime();
            long start = System.nanoTime();
            new Rate().encode(intensities, input, settings.seed(), first);
            long encoded = System.nanoTime() - start;
            long processor = PassTimes.processorTime() - processorStart;
            run.run(input, batch);
            return new PassTimes.Pass(encoded * 1e-9, run.seconds(), processor * 1e-9 + run.processorSeconds());
        }
    }

    /**
     * What the network did with the images.
     *
     * @param images the images
     * @param network counts and densities
     * @param recognition what they were taken for
     * @param timed the images of a pass whose time was taken
     * @param warmUpSeconds time until the passes agreed, or were given up
     * @param times the last passes
     */
    record Result(
            ImageSet images,
            NetworkResult network,
            Recognition recognition,
            int timed,
            double warmUpSeconds,
            PassTimes times) {

        /** Weights that spikes add in a step, on average. */
        double eventsPerStep() {
            return TutorialRun.HIDDEN
                    * (network.inputDensity() * images.inputs() + network.hiddenDensity() * TutorialRun.OUTPUTS);
        }

        /** Multiplications of a step, if zeros were multiplied too. */
        double multiplications() {
            return (double) TutorialRun.HIDDEN * (images.inputs() + TutorialRun.OUTPUTS);
        }

        /** The share of them that silent neurons save. */
        double saved() {
            return 1 - eventsPerStep() / multiplications();
        }

        /** Of an image, in milliseconds; nothing if no pass was timed. */
        Optional<PassTimes.Spread> encoding() {
            return times.spread(PassTimes.Pass::encode).map(spread -> spread.times(1e3 / timed));
        }

        /** Of an image, in milliseconds, without encoding; nothing if no pass was timed. */
        Optional<PassTimes.Spread> inNetwork() {
            return times.spread(PassTimes.Pass::network).map(spread -> spread.times(1e3 / timed));
        }
    }
}
