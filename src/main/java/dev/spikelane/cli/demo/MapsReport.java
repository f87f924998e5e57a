package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.plot.Figure;
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
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the convolutional network does with images, in words and as a page. */
record MapsReport(MapsRun.Result result) {

    private static final int SHOWN_MAPS = 3;
    private static final float GREY = 0.25f;

    /** Runs the network, says what it did, and writes the recordings and the page, if they are wanted. */
    static void show(MapsRun run, @Nullable Path folder, @Nullable Path page, Output output, Progress progress)
            throws IOException {
        MapsReport report = new MapsReport(run.run(progress));
        Section facts = report.facts();
        output.say(facts, Machine.facts());
        if (folder != null) {
            try (Arena arena = Arena.ofShared()) {
                run.keep(arena).write(folder);
            }
            output.say(Section.of("", "Recorded in " + folder)
                    .value("recordings", folder)
                    .say("Network", "images_spikes*.npy, images_membranes*.npy of the three layers")
                    .say("Format", "[steps, images, neurons], spikes uint8, membranes float32"));
        }
        if (page != null) {
            report.write(page, facts);
            output.say(DemoFacts.report(page));
        }
        output.end();
    }

    /** The images, the network's verdicts, and what it did for them in which time. */
    Section facts() {
        ImageSet images = result.images();
        DemoSettings settings = result.settings();
        Section section = Section.of(
                        "images",
                        "Images through the network 784 -> 12C5-P2 -> 64C5-P2 -> 10, as frames, " + settings.steps()
                                + " steps")
                .say(
                        "Images",
                        "%d of %d, %s, %s",
                        named("count", images.count()),
                        images.file().count(),
                        named("size", images.size()),
                        named("source", images.name()))
                .say(
                        "Weights",
                        "trained on the training images of Fashion-MNIST, 8 bits each",
                        named("weights", MapsRun.WEIGHTS))
                .value("network", "conv");
        new Verdicts(images, result.counts(), result.recognition(), decoding()).add(section);
        section.say(
                "Spikes",
                "per image: %s",
                result.spikes().entrySet().stream()
                        .map(each -> String.format(Locale.ROOT, "%s %,.1f", each.getKey(), each.getValue()))
                        .collect(Collectors.joining(", ")),
                named("spikes_per_image", result.spikes()));
        result.milliseconds()
                .ifPresentOrElse(
                        time -> section.say(
                                "Per image",
                                "%.3f ms (%.3f to %.3f), batch %d, threads %d%s",
                                named("network_ms_per_image", time.median()),
                                named("network_ms_per_image_fastest", time.fastest()),
                                named("network_ms_per_image_slowest", time.slowest()),
                                settings.batch(),
                                settings.threads(),
                                result.times().settled() ? "" : "; not settled, a longer --warm-up may be enough"),
                        () -> section.say("Per image", "not timed: no pass fits into this --warm-up"));
        return section;
    }

    void write(Path file, Section facts) throws IOException {
        Map<String, Integer> layers = new LinkedHashMap<>();
        layers.put("input", result.images().inputs());
        network().populations().forEach(each -> layers.put(each.name(), each.size()));
        Report report = Report.of("Spikelane demo: a convolutional network")
                .text(facts.title() + ". Weights: " + facts.said("Weights") + "."
                        + (facts.said("Accuracy").isEmpty() ? "" : " Accuracy: " + facts.said("Accuracy") + "."))
                .layers(layers);
        try (Arena arena = Arena.ofShared()) {
            MapsRun.Kept kept = new MapsRun(result.model(), result.images(), result.settings()).keep(arena);
            images(report, facts, kept);
            filters(report);
            for (int image = 0; image < Math.min(SHOWN_MAPS, kept.images()); image++) {
                maps(report, kept, image);
            }
            PagePrinter.confusion(report, "Right and wrong", facts);
            PagePrinter.list(report.section("Configuration"), facts, Machine.facts());
            report.write(file);
        }
    }

    private Decoding decoding() {
        return Objects.requireNonNull(
                TrainingRecipes.DECODINGS.get(result.model().decoding().orElseThrow()));
    }

    private Network network() {
        return result.model().network();
    }

    private void images(Report report, Section facts, MapsRun.Kept kept) throws IOException {
        List<Integer> numbers = IntStream.range(0, kept.images()).boxed().toList();
        report.section("Images")
                .text(facts.said("Images")
                        + ". The bars are the spikes of output neurons 0 to 9, and the class is that of "
                        + TrainingRecipes.describe(decoding()) + "; a click on an image opens its raster.");
        try (Arena arena = Arena.ofShared()) {
            report.verdicts(
                    result.images().intensities(arena, numbers),
                    side(),
                    numbers.stream().map(this::label).toList(),
                    result.counts().subList(0, kept.images()),
                    numbers.stream().map(image -> raster(kept, image)).toList());
        }
    }

    private int side() {
        return network().inputs().getFirst().shape().width();
    }

    private String label(int image) {
        return result.recognition().label(result.images(), image);
    }

    private Figure raster(MapsRun.Kept kept, int image) {
        List<Population> layers = network().populations();
        Figure figure = Plot.raster(layers.getFirst().name(), kept.spikes().getFirst(), kept.images(), image);
        for (int layer = 1; layer < layers.size(); layer++) {
            figure = figure.add(layers.get(layer).name(), kept.spikes().get(layer), kept.images(), image);
        }
        return figure;
    }

    /** Kernels as small images: white adds to a membrane, black takes away. */
    private void filters(Report report) {
        report.section("Filters")
                .text("What each map of a layer looks for: bright weights add to its membranes, dark ones take away. Of"
                        + " the second layer each column is a map, and each line one of the maps that it looks at.");
        for (String name : network().weights().names()) {
            List<Integer> shape = network().weights().shape(name);
            if (shape.size() == 4) {
                report.figure(kernels(network().weights().get(name), shape).title(name + " " + shape));
            }
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

    private void maps(Report report, MapsRun.Kept kept, int image) {
        report.section("Feature maps of " + label(image)).text("Membranes and spikes of each map, step by step.");
        for (int layer = 0; layer < network().populations().size(); layer++) {
            Population population = network().populations().get(layer);
            if (population.shape().width() > 1) {
                Mosaic mosaic = Mosaic.square(population.shape());
                report.figure(mosaic.figure(kept.membranes().get(layer).sample(image, kept.images()), 0)
                                .title(population.name() + ", membranes"))
                        .figure(mosaic.figure(kept.spikes().get(layer).sample(image, kept.images()), GREY)
                                .title(population.name() + ", spikes"));
            }
        }
    }
}
