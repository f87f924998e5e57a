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
import java.util.stream.IntStream;

/** The results of the demo as a page. */
final class DemoReport {

    /** More images than anybody looks at make the page slow. */
    private static final int MOST_IMAGES = 256;

    private final DemoResults results;
    private final TutorialTrains trains;

    DemoReport(DemoResults results, TutorialTrains trains) {
        this.results = results;
        this.trains = trains;
    }

    void write(Path file) throws IOException {
        Report report = Report.of("Spikelane demo")
                .text("The neurons and the network of snnTorch's tutorial 3: two single neurons, the network"
                        + " 784 → 1000 → 10 on its own random input, and the same network on images. The weights are random"
                        + " and untrained, so the counts show the network at work; they do not classify.")
                .tiles(tiles());
        report = neurons(report);
        report = tutorial(report);
        report = images(report);
        report.section("Configuration").facts(configuration()).write(file);
    }

    private Map<String, String> tiles() {
        ImageRun.Result images = results.images();
        Map<String, String> tiles = new LinkedHashMap<>();
        tiles.put("Network, per image", milliseconds(images.networkMilliseconds()));
        tiles.put("Encoding, per image", milliseconds(images.encodeMilliseconds()));
        int steps = results.settings().steps();
        tiles.put(
                "Images × steps",
                String.format(Locale.ROOT, "%,d × %,d", images.images().count(), steps));
        tiles.put("Density, input", density(images.network().inputDensity()));
        tiles.put("Density, hidden", density(images.network().hiddenDensity()));
        tiles.put("Density, output", density(images.network().outputDensity()));
        return tiles;
    }

    private Report neurons(Report report) {
        Report with = report.section("Two neurons")
                .text("Membranes under a constant current from step " + Trace.SILENT_STEPS
                        + " on. The dashed line is the threshold, the marks above are spikes.");
        for (Trace trace : results.traces()) {
            with = with.figure(Plot.traces(trace.membranes())
                    .spikes(trace.spikes())
                    .threshold(1)
                    .labels("membrane")
                    .title(trace.title()));
        }
        return with;
    }

    private Report tutorial(Report report) {
        int steps = results.settings().steps();
        String shown = trains.steps() < steps
                ? String.format(Locale.ROOT, " The first %,d of %,d steps.", trains.steps(), steps)
                : "";
        return report.section("The tutorial's network")
                .text("Random input through 784 → 1000 → 10 Leaky neurons, beta 0.99, seed "
                        + results.settings().seed() + ", all numbers as after torch.manual_seed." + shown)
                .figure(Plot.raster("input", trains.input())
                        .panel("hidden", trains.hidden())
                        .panel("output", trains.output())
                        .title("Spikes"))
                .figure(Plot.spikeCount(trains.output()).title("Output spikes, step by step"))
                .figure(Plot.traces(trains.outputMembranes())
                        .spikes(trains.output())
                        .threshold(1)
                        .neurons(IntStream.range(0, TutorialRun.OUTPUTS).toArray())
                        .title("Membranes of the output"))
                .figure(Plot.firingRate("input", trains.input())
                        .series("hidden", trains.hidden())
                        .series("output", trains.output())
                        .title("Firing rate: share of neurons, mean of 10 steps"));
    }

    private Report images(Report report) throws IOException {
        ImageSet all = results.images().images();
        ImageSet images = all.first(Math.min(all.count(), MOST_IMAGES));
        List<String> labels = IntStream.range(0, images.count())
                .mapToObj(image -> images.label(image).isEmpty() ? "image " + image : images.label(image))
                .toList();
        String shown = images.count() < all.count() ? " The first " + images.count() + " are shown." : "";
        try (Arena arena = Arena.ofShared()) {
            return report.section("Images")
                    .text(all.count() + " of " + all.file().count() + " images, " + all.size() + ", " + all.name()
                            + ", rate-coded. The bars are the spikes of output neurons 0 to "
                            + (TutorialRun.OUTPUTS - 1) + "." + shown)
                    .verdicts(
                            images.intensities(arena, 0, images.count()),
                            width(images.file(), images.inputs()),
                            labels,
                            results.images().network().counts().subList(0, images.count()));
        }
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
        facts.put("Seed", String.valueOf(settings.seed()));
        facts.put("Batch", settings.batch() + " images side by side");
        facts.put("Threads", String.valueOf(settings.threads()));
        facts.put("Measured", String.format(Locale.ROOT, "after %.1f s of warm-up", images.warmUpSeconds()));
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

    private static String density(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
