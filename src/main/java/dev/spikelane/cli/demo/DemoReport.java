package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.io.Idx;
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

    /** Steps of a picture: more would show less. */
    static final int MOST_STEPS = 2_000;

    private static final int MISTAKES = 8;

    private final DemoResults results;
    private final Section facts;
    private final Recording trains;
    private final ImageTrains shown;
    private final ScalarTiming scalar;

    DemoReport(DemoResults results, Section facts, Recording trains, ImageTrains shown, ScalarTiming scalar) {
        this.results = results;
        this.facts = facts;
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
        String accuracy = facts.said("Accuracy");
        Report report = Report.of("Spikelane demo")
                .text(String.format(
                        Locale.ROOT,
                        "%,d %s, turned into spikes and run through a network of %,d spiking neurons for %,d steps"
                                + " each. Its weights are %s.%s",
                        images.images().count(),
                        images.images().count() == 1 ? "image" : "images",
                        TutorialRun.HIDDEN + TutorialRun.OUTPUTS,
                        results.settings().steps(),
                        facts.said("Weights"),
                        accuracy.isEmpty() ? "" : " Accuracy: " + accuracy + "."))
                .tiles(new DemoTiles(results, scalar).all())
                .layers(layers);
        images(report);
        mistakes(report);
        PagePrinter.confusion(report, "Right and wrong", facts);
        tutorial(report);
        neurons(report);
        PagePrinter.list(
                report.section("Configuration"),
                facts,
                DemoFacts.scalar(scalar),
                DemoFacts.settings(results.settings()),
                Machine.facts());
        report.write(file);
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
                .text("Random input through the network 784 → 1000 → 10 of snnTorch's tutorial 3: Leaky neurons,"
                        + " beta 0.99,"
                        + " seed " + results.settings().seed() + ", all numbers as after torch.manual_seed."
                        + first)
                .figure(Plot.raster("input", trains.input())
                        .add("hidden", trains.spikes(0))
                        .add("output", trains.spikes(1))
                        .title("Spikes"))
                .figure(Plot.spikeCount(trains.spikes(1)).title("Output spikes, step by step"))
                .figure(Plot.traces(trains.membranes(1))
                        .spikes(trains.spikes(1))
                        .threshold(1)
                        .title("Membranes of the output: the neurons that fire most, each on its own scale"))
                .figure(Plot.firingRate("input", trains.input())
                        .add("hidden", trains.spikes(0))
                        .add("output", trains.spikes(1))
                        .title("Firing rate: share of neurons, mean of 10 steps"));
    }

    private void images(Report report) throws IOException {
        ImageSet all = results.images().images();
        String first = shown.images() < all.count() ? " The first " + shown.images() + " are shown." : "";
        List<Integer> numbers = IntStream.range(0, shown.images()).boxed().toList();
        report.section("Images")
                .text(facts.said("Images")
                        + ", rate-coded. The bars are the spikes of output neurons 0"
                        + " to " + (TutorialRun.OUTPUTS - 1)
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
                    numbers.stream()
                            .map(image -> results.images().recognition().label(images, image))
                            .toList(),
                    counted.counts().subList(0, numbers.size()),
                    trains.rasters());
        }
    }

    /** Images that are stored as rows of pixels are shown as squares where they can be. */
    private static int width(Idx file, int inputs) {
        int root = (int) Math.round(Math.sqrt(inputs));
        return file.shape().size() == 2 && root * root == inputs
                ? root
                : file.shape().getLast();
    }
}
