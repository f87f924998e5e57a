package dev.spikelane.cli;

import dev.spikelane.io.Idx;
import dev.spikelane.kernel.Simd;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The results of the demo as a page. */
final class DemoReport {

    private static final int MISTAKES = 8;

    private final DemoResults results;
    private final TutorialTrains trains;
    private final ImageTrains shown;
    private final ScalarTiming scalar;
    private final DemoTiles tiles;

    DemoReport(DemoResults results, TutorialTrains trains, ImageTrains shown, ScalarTiming scalar) {
        this.results = results;
        this.trains = trains;
        this.shown = shown;
        this.scalar = scalar;
        this.tiles = new DemoTiles(results, scalar);
    }

    void write(Path file) throws IOException {
        ImageRun.Result images = results.images();
        Map<String, Integer> layers = new LinkedHashMap<>();
        layers.put("input", images.images().inputs());
        layers.put("hidden", TutorialRun.HIDDEN);
        layers.put("output", TutorialRun.OUTPUTS);
        Report report = Report.of("Spikelane demo")
                .text(String.format(
                        Locale.ROOT,
                        "%,d %s, turned into spikes and run through a network of %,d spiking neurons for %,d steps each;"
                                + " %s",
                        images.images().count(),
                        images.images().count() == 1 ? "image" : "images",
                        TutorialRun.HIDDEN + TutorialRun.OUTPUTS,
                        results.settings().steps(),
                        sentence(images.recognition())))
                .tiles(tiles.all())
                .layers(layers);
        images(report);
        mistakes(report);
        if (images.recognition().isJudged()) {
            confusion(report, images);
        }
        tutorial(report);
        neurons(report);
        report.section("Configuration").facts(configuration()).write(file);
    }

    private static String sentence(Recognition recognition) {
        if (!recognition.isTrained()) {
            return "its weights are random, so it shows how spikes flow and does not classify.";
        }
        if (!recognition.isJudged()) {
            return "it was trained on Fashion-MNIST.";
        }
        return String.format(
                Locale.ROOT,
                "it was trained on Fashion-MNIST and takes %d of %d test images for what they are, %.1f %%, decoded by %s.",
                recognition.right(recognition.found().size()),
                recognition.found().size(),
                100 * recognition.accuracyOfAll(),
                TrainingRecipes.describe(ImageRun.DECODING));
    }

    private static void confusion(Report report, ImageRun.Result images) {
        Recognition recognition = images.recognition();
        List<Integer> decided = recognition.decided();
        if (decided.isEmpty()) {
            return;
        }
        int all = recognition.found().size();
        String silent = decided.size() < all ? ", " + (all - decided.size()) + " without a spike of any output" : "";
        report.section("Right and wrong")
                .text("Rows are what the images show, columns what the network takes them for; " + all + " images, "
                        + recognition.right(all) + " right" + silent + ".")
                .figure(Plot.confusionMatrix(
                                decided.stream()
                                        .mapToInt(recognition.labels()::get)
                                        .toArray(),
                                decided.stream()
                                        .mapToInt(recognition.found()::get)
                                        .toArray())
                        .labels(images.images().names(TutorialRun.OUTPUTS))
                        .title("Confusion matrix"));
    }

    private void neurons(Report report) {
        report.section("Two single neurons")
                .text("Membranes under a constant current from step " + Trace.SILENT_STEPS
                        + " on. The dashed line is the threshold; a spike stands on the membrane.");
        for (Trace trace : results.traces()) {
            report.figure(Plot.traces(trace.membranes())
                    .spikes(trace.spikes())
                    .threshold(1)
                    .labels("membrane")
                    .title(trace.title()));
        }
    }

    private void tutorial(Report report) {
        int steps = results.settings().steps();
        String first = trains.steps() < steps
                ? String.format(Locale.ROOT, " The first %,d of %,d steps.", trains.steps(), steps)
                : "";
        report.section("The tutorial's network")
                .text(
                        "Random input through the network 784 → 1000 → 10 of snnTorch's tutorial 3: Leaky neurons, beta 0.99,"
                                + " seed " + results.settings().seed() + ", all numbers as after torch.manual_seed."
                                + first)
                .figure(Plot.raster("input", trains.input())
                        .add("hidden", trains.hidden())
                        .add("output", trains.output())
                        .title("Spikes"))
                .figure(Plot.spikeCount(trains.output()).title("Output spikes, step by step"))
                .figure(Plot.traces(trains.outputMembranes())
                        .spikes(trains.output())
                        .threshold(1)
                        .ownRanges()
                        .title("Membranes of the output: the neurons that fire most, each on its own scale"))
                .figure(Plot.firingRate("input", trains.input())
                        .add("hidden", trains.hidden())
                        .add("output", trains.output())
                        .title("Firing rate: share of neurons, mean of 10 steps"));
    }

    private void images(Report report) throws IOException {
        ImageSet all = results.images().images();
        String first = shown.images() < all.count() ? " The first " + shown.images() + " are shown." : "";
        List<Integer> numbers = IntStream.range(0, shown.images()).boxed().toList();
        report.section("Images")
                .text(all.count() + " of " + all.file().count() + " images, " + all.size() + ", " + all.name()
                        + ", rate-coded. The bars are the spikes of output neurons 0 to " + (TutorialRun.OUTPUTS - 1)
                        + "; a click on an image opens its raster." + first);
        verdicts(report, numbers, results.images().network(), shown);
    }

    /** What the network gets wrong; it runs once more for that, since rasters are kept of the first images alone. */
    private void mistakes(Report report) throws IOException {
        Recognition recognition = results.images().recognition();
        List<Integer> numbers = recognition.mistakes(MISTAKES);
        if (numbers.isEmpty()) {
            return;
        }
        int all = recognition.found().size();
        try (Arena arena = Arena.ofShared()) {
            ImageTrains trains = new ImageTrains(arena, results.settings().steps(), numbers.size());
            NetworkResult again =
                    ImageRun.again(results.settings(), results.images().images(), numbers, trains);
            report.section("Mistakes")
                    .text("The network takes " + (all - recognition.right(all)) + " of all " + all
                            + " images for something else. The first " + numbers.size()
                            + " of those that are not above:");
            verdicts(report, numbers, again, trains);
        }
    }

    private void verdicts(Report report, List<Integer> numbers, NetworkResult counted, ImageTrains trains)
            throws IOException {
        ImageSet images = results.images().images();
        try (Arena arena = Arena.ofShared()) {
            report.verdicts(
                    images.intensities(arena, numbers),
                    width(images.file(), images.inputs()),
                    numbers.stream().map(image -> label(images, image)).toList(),
                    counted.counts().subList(0, numbers.size()),
                    trains.rasters());
        }
    }

    /** What an image shows, and what it was taken for. */
    private String label(ImageSet images, int image) {
        Recognition recognition = results.images().recognition();
        String label = images.label(image).isEmpty() ? "image " + image : images.label(image);
        if (!recognition.isTrained()) {
            return label;
        }
        String found = images.nameOf(recognition.found().get(image));
        if (!recognition.isJudged()) {
            return label + ", taken for " + found;
        }
        return label + (recognition.isRight(image) ? ", right" : ", wrong: taken for " + found);
    }

    /** Images that are stored as rows of pixels are shown as squares where they can be. */
    private static int width(Idx file, int inputs) {
        int root = (int) Math.round(Math.sqrt(inputs));
        return file.shape().size() == 2 && root * root == inputs
                ? root
                : file.shape().getLast();
    }

    private Map<String, String> configuration() {
        DemoSettings settings = results.settings();
        ImageRun.Result images = results.images();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("CPU", InfoCommand.cpu());
        facts.put("Seed", String.valueOf(settings.seed()));
        facts.put("Batch", settings.batch() + " images side by side");
        facts.put("Threads", String.valueOf(settings.threads()));
        facts.put(
                "Densities",
                String.format(
                        Locale.ROOT,
                        "input %.4f, hidden %.4f, output %.4f",
                        images.network().inputDensity(),
                        images.network().hiddenDensity(),
                        images.network().outputDensity()));
        facts.put("Time, per image", time(images));
        facts.put("Measured", measured(images));
        facts.put(
                "Scalar kernels",
                scalar.isTimed()
                        ? DemoTiles.milliseconds(scalar.millisecondsPerImage())
                                + " per image, the fastest pass in a second JVM"
                        : scalar.note());
        facts.put(
                "Spike matmul",
                "layer 1: " + images.network().kernels().get(0) + "; layer 2: "
                        + images.network().kernels().get(1));
        facts.put("SIMD", Simd.describe());
        facts.put(
                "Java",
                Runtime.version() + ", " + System.getProperty("os.name") + ", " + System.getProperty("os.arch"));
        facts.put("Spikelane", Main.version());
        return facts;
    }

    private String time(ImageRun.Result images) {
        Optional<PassTimes.Spread> network = images.inNetwork();
        Optional<PassTimes.Spread> encoding = images.encoding();
        return network.isPresent() && encoding.isPresent()
                ? "network " + tiles.milliseconds(network.get()) + ", encoding " + tiles.milliseconds(encoding.get())
                : "not taken";
    }

    private String measured(ImageRun.Result images) {
        String after = String.format(Locale.ROOT, "after %.1f s of warm-up", images.warmUpSeconds());
        if (images.times().passes() == 0) {
            return "no pass: --warm-up leaves no time for one";
        }
        return images.times().settled() ? after : after + "; in doubt, since " + tiles.doubt();
    }
}
