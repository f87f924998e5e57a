package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The results of the demo as a page: one image at work first, then all, the features that the network looks for, and
 * noise and single neurons below.
 *
 * @param preset the network
 * @param settings the user's choices
 * @param run the network on images
 * @param result its results
 * @param verdicts image by image
 * @param facts the same in words
 */
record DemoReport(
        DemoPreset preset,
        DemoSettings settings,
        DemoRun run,
        DemoRun.Result result,
        Verdicts verdicts,
        Section facts) {

    /** Steps of a picture: more would show less. */
    static final int MOST_STEPS = 2_000;

    /** More images than anybody looks at make the page slow. */
    private static final int MOST_IMAGES = 256;

    /** Steps of all images together whose hidden spikes are shown. */
    private static final int MOST_ROWS = 16_000;

    private static final int MISTAKES = 8;
    private static final int SHOWN_MAPS = 3;
    private static final float GREY = 0.25f;

    Report page() {
        ImageSet images = verdicts.images();
        Network network = run.network();
        Map<String, Integer> layers = new LinkedHashMap<>();
        layers.put("input", images.inputs());
        int neurons = 0;
        for (int layer = 0; layer < network.populations().size(); layer++) {
            int size = network.populations().get(layer).size();
            layers.put(Recorded.layers(network).get(layer), size);
            neurons += size;
        }
        String accuracy = facts.said("Accuracy");
        Report report = Report.of("Spikelane demo")
                .text(String.format(
                        Locale.ROOT,
                        "%,d %s, %s a network of %,d spiking neurons for %,d steps each. Its weights are %s.%s",
                        images.count(),
                        images.count() == 1 ? "image" : "images",
                        preset == DemoPreset.CONV ? "shown to" : "turned into spikes and run through",
                        neurons,
                        settings.steps(),
                        facts.said("Weights"),
                        accuracy.isEmpty() ? "" : " Accuracy: " + accuracy + "."));
        Recorded first = run.record(List.of(0), MOST_STEPS, 0);
        report.activity(
                        verdicts.label(0),
                        images.intensities(List.of(0)),
                        images.width(),
                        first.raster(0, true, names()))
                .tiles(new DemoTiles(
                                settings,
                                result.times(),
                                result.timed(),
                                result.evaluation().synapticOperations(),
                                result.evaluation().denseOperationsOfSteps(),
                                verdicts.isTrained() ? preset.besideSnnTorch() : "")
                        .all())
                .layers(layers);
        images(report);
        mistakes(report);
        PagePrinter.confusion(report, "Right and wrong", facts);
        filters(report);
        maps(report);
        return report;
    }

    /** The names of outputs. */
    private String[] names() {
        int outputs = verdicts.counts().getFirst().size();
        return verdicts.isTrained() ? verdicts.images().names(outputs) : numbers(outputs);
    }

    private static String[] numbers(int outputs) {
        return IntStream.range(0, outputs).mapToObj(String::valueOf).toArray(String[]::new);
    }

    private void images(Report report) {
        int shown = Math.min(MOST_IMAGES, verdicts.images().count());
        report.section("Images")
                .text(facts.said("Images") + ". The bars are the spikes of output neurons 0 to "
                        + (names().length - 1)
                        + (verdicts.isJudged()
                                ? ", and the class is that of " + TrainingRecipes.describe(verdicts.decoding())
                                : "")
                        + "; a click on an image opens its raster."
                        + (shown < verdicts.images().count() ? " The first " + shown + " are shown." : ""));
        cards(report, IntStream.range(0, shown).boxed().toList());
    }

    /** The images that the network gets wrong. */
    private void mistakes(Report report) {
        List<Integer> numbers = verdicts.mistakes(MISTAKES);
        if (!numbers.isEmpty()) {
            int all = result.evaluation().samples();
            report.section("Mistakes")
                    .text("The network takes " + (all - result.evaluation().right()) + " of all " + all
                            + " images for something else. The first " + numbers.size()
                            + " of those that are not above:");
            cards(report, numbers);
        }
    }

    private void cards(Report report, List<Integer> numbers) {
        int last = run.network().populations().size() - 1;
        int rows = Math.min(settings.steps(), MOST_STEPS) * numbers.size();
        Recorded recorded = run.record(numbers, MOST_STEPS, rows > MOST_ROWS ? last : 0);
        List<Integer> cards = IntStream.range(0, numbers.size()).boxed().toList();
        report.verdicts(
                verdicts.images().intensities(numbers),
                verdicts.images().width(),
                numbers.stream().map(verdicts::label).toList(),
                cards.stream().map(recorded::counts).toList(),
                cards.stream()
                        .map(card -> recorded.raster(card, false, names()))
                        .toList());
    }

    /** Kernels as small images: white adds to a membrane, black takes away. */
    private void filters(Report report) {
        List<String> names = run.network().weights().names().stream()
                .filter(name -> run.network().weights().shape(name).size() == 4)
                .toList();
        if (!names.isEmpty()) {
            report.section("Filters")
                    .text("What each map of a layer looks for: bright weights add to its membranes, dark ones take"
                            + " away. Of the second layer each column is a map, and each line one of the maps that it"
                            + " looks at.");
        }
        for (String name : names) {
            List<Integer> shape = run.network().weights().shape(name);
            report.figure(kernels(run.network().weights().get(name), shape).title(name + " " + shape));
        }
    }

    /** A column for each output, or tiles if there is one input. */
    private static Figure kernels(FloatMatrix weights, List<Integer> shape) {
        int outputs = shape.get(0);
        int inputs = shape.get(1);
        int size = shape.get(2) * shape.get(3);
        Shape tiles = Shape.of(outputs * inputs, shape.get(2), shape.get(3));
        FloatMatrix row = FloatMatrix.zeros(1, tiles.size());
        for (int i = 0; i < tiles.size(); i++) { // torch's order has the inputs of an output together
            row.set(0, i, weights.get(i / size % outputs, i / size / outputs * size + i % size));
        }
        return (inputs == 1 ? Mosaic.square(tiles) : new Mosaic(tiles, outputs)).figure(row, 0);
    }

    private void maps(Report report) {
        List<Population> layers = run.network().populations();
        if (layers.getFirst().shape().width() == 1) {
            return;
        }
        for (int image = 0; image < Math.min(SHOWN_MAPS, verdicts.images().count()); image++) {
            report.section("Feature maps of " + verdicts.label(image))
                    .text("Membranes and spikes of each map, step by step.");
            Recorded recorded = run.record(List.of(image), MOST_STEPS, 0);
            for (int layer = 0; layer < layers.size(); layer++) {
                if (layers.get(layer).shape().width() > 1) {
                    Mosaic mosaic = Mosaic.square(layers.get(layer).shape());
                    String name = recorded.names().get(layer);
                    report.figure(mosaic.figure(recorded.membranes().get(layer), 0)
                                    .title(name + ", membranes"))
                            .figure(mosaic.figure(recorded.spikes().get(layer), GREY)
                                    .title(name + ", spikes"));
                }
            }
        }
    }

    /** Noise through the network of tutorial 3. */
    static void tutorial(Report report, DemoSettings settings, Recorded run) {
        String first = run.steps() < settings.steps()
                ? String.format(Locale.ROOT, " The first %,d of %,d steps.", run.steps(), settings.steps())
                : "";
        Figure rates = Plot.firingRate("input", Objects.requireNonNull(run.input()));
        for (int layer = 0; layer < run.names().size(); layer++) {
            rates = rates.add(run.names().get(layer), run.spikes().get(layer));
        }
        report.section("Noise through the tutorial's network")
                .text("Random input through the network 784 → 1000 → 10 of snnTorch's tutorial 3: Leaky neurons,"
                        + " beta 0.99, untrained, seed " + settings.seed()
                        + ", all numbers as after torch.manual_seed." + first)
                .figure(run.raster(0, true, numbers(run.counts(0).size())).title("Spikes"))
                .figure(Plot.spikeCount(run.spikes().getLast()).title("Output spikes, step by step"))
                .figure(Plot.traces(run.membranes().getLast())
                        .spikes(run.spikes().getLast())
                        .threshold(1)
                        .title("Membranes of the output: the neurons that fire most, each on its own scale"))
                .figure(rates.title("Firing rate: share of neurons, mean of 10 steps"));
    }

    static void neurons(Report report, List<Trace> traces) {
        report.section("Two single neurons")
                .text("Membranes under a constant current from step " + Trace.SILENT_STEPS
                        + " on. The dashed line is the threshold; a spike stands on the membrane.");
        for (Trace trace : traces) {
            report.figure(Plot.traces(trace.membranes())
                    .spikes(trace.spikes())
                    .threshold(1)
                    .labels("membrane")
                    .title(trace.title()));
        }
    }

    static void configuration(Report report, Section... facts) {
        PagePrinter.list(report.section("Configuration"), facts);
    }
}
