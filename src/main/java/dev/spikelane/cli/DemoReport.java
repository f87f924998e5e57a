package dev.spikelane.cli;

import dev.spikelane.io.Idx;
import dev.spikelane.kernel.Simd;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import dev.spikelane.train.Decoding;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The results of the demo as a page. */
final class DemoReport {

    private final DemoResults results;
    private final TutorialTrains trains;
    private final ImageTrains shown;
    private final ScalarTiming scalar;

    DemoReport(DemoResults results, TutorialTrains trains, ImageTrains shown, ScalarTiming scalar) {
        this.results = results;
        this.trains = trains;
        this.shown = shown;
        this.scalar = scalar;
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
                .tiles(tiles())
                .layers(layers);
        images(report);
        tutorial(report);
        neurons(report);
        if (images.recognition().isJudged()) {
            confusion(report, images.recognition());
        }
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
                TrainingRecipes.describe(Decoding.MEMBRANE));
    }

    private static void confusion(Report report, Recognition recognition) {
        int all = recognition.found().size();
        report.section("Right and wrong")
                .text("Rows are what the images show, columns what the network takes them for; " + all + " images, "
                        + recognition.right(all) + " right.")
                .figure(Plot.confusionMatrix(
                                recognition.labels().subList(0, all).stream()
                                        .mapToInt(Integer::intValue)
                                        .toArray(),
                                recognition.found().stream()
                                        .mapToInt(Integer::intValue)
                                        .toArray())
                        .title("Confusion matrix"));
    }

    private Map<String, String> tiles() {
        ImageRun.Result images = results.images();
        NetworkResult network = images.network();
        double all = (double) TutorialRun.HIDDEN * (images.images().inputs() + TutorialRun.OUTPUTS);
        double passed = TutorialRun.HIDDEN
                * (network.inputDensity() * images.images().inputs() + network.hiddenDensity() * TutorialRun.OUTPUTS);
        double perSecond = 1e3 / images.networkMilliseconds();
        Map<String, String> tiles = new LinkedHashMap<>();
        tiles.put(
                "Images per second",
                String.format(
                        Locale.ROOT,
                        "%,.0f\n%s each, without encoding; threads: %d. %s",
                        perSecond,
                        milliseconds(images.networkMilliseconds()),
                        results.settings().threads(),
                        InfoCommand.cpu()));
        if (scalar.isTimed()) {
            tiles.put(
                    "Times faster than scalar",
                    String.format(
                            Locale.ROOT,
                            "%.1f\non this machine: plain loops take %s for an image; %s",
                            scalar.millisecondsPerImage() / images.networkMilliseconds(),
                            milliseconds(scalar.millisecondsPerImage()),
                            Simd.describe()));
        }
        tiles.put(
                "Multiplications saved",
                String.format(
                        Locale.ROOT,
                        "%.1f %%\nof the %,.0f of a step: a silent neuron costs nothing, and a spike only adds a weight",
                        100 * (1 - passed / all),
                        all));
        if (!scalar.isTimed()) {
            tiles.put(
                    "Synaptic events per second",
                    String.format(
                            Locale.ROOT,
                            "%.3g billion\neach a spike that adds one weight; %s",
                            perSecond * results.settings().steps() * passed * 1e-9,
                            Simd.describe()));
        }
        return tiles;
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
        ImageSet images = all.first(shown.images());
        List<String> labels = IntStream.range(0, images.count())
                .mapToObj(image -> label(images, image))
                .toList();
        String first = images.count() < all.count() ? " The first " + images.count() + " are shown." : "";
        try (Arena arena = Arena.ofShared()) {
            report.section("Images")
                    .text(all.count() + " of " + all.file().count() + " images, " + all.size() + ", " + all.name()
                            + ", rate-coded. The bars are the spikes of output neurons 0 to "
                            + (TutorialRun.OUTPUTS - 1) + "; a click on an image opens its raster." + first)
                    .verdicts(
                            images.intensities(arena, 0, images.count()),
                            width(images.file(), images.inputs()),
                            labels,
                            results.images().network().counts().subList(0, images.count()),
                            shown.rasters());
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
        facts.put(
                "Time, per image",
                "network " + milliseconds(images.networkMilliseconds()) + ", encoding "
                        + milliseconds(images.encodeMilliseconds()));
        facts.put("Measured", String.format(Locale.ROOT, "after %.1f s of warm-up", images.warmUpSeconds()));
        facts.put(
                "Scalar kernels",
                scalar.isTimed()
                        ? milliseconds(scalar.millisecondsPerImage()) + " per image, the fastest pass in a second JVM"
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

    private static String milliseconds(double value) {
        if (Double.isNaN(value)) {
            return "not settled";
        }
        return String.format(Locale.ROOT, value < 0.1 ? "%.3f ms" : "%.2f ms", value);
    }
}
