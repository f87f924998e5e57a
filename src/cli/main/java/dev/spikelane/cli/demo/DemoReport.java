package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.network.Population;
import dev.spikelane.plot.Report;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

record DemoReport(DemoPreset preset, DemoSettings settings, DemoRun run, Verdicts verdicts, Section facts) {

    /** Limits the width of a picture. */
    private static final int MOST_STEPS = 2_000;

    /** Limits the images on the page, which would be slow. */
    private static final int MOST_IMAGES = 256;

    Report page() {
        ImageSet images = verdicts.images();
        String accuracy = facts.declared("Accuracy");
        Report report = Report.of("Spikelane demo")
                .text(String.format(
                        Locale.ROOT,
                        "%,d %s, %s a network of %,d spiking neurons for %,d steps each. Its weights are %s.%s",
                        images.count(),
                        images.count() == 1 ? "image" : "images",
                        preset == DemoPreset.CONV ? "shown to" : "turned into spikes and run through",
                        run.network().populations().stream()
                                .mapToInt(Population::size)
                                .sum(),
                        settings.steps(),
                        facts.declared("Weights"),
                        accuracy.isEmpty() ? "" : " Accuracy: " + accuracy + "."));
        int outputs = verdicts.counts().getFirst().size();
        String[] names = verdicts.isTrained()
                ? images.names(outputs)
                : IntStream.range(0, outputs).mapToObj(String::valueOf).toArray(String[]::new);
        report.activity(
                verdicts.label(0),
                images.intensities(List.of(0)),
                images.width(),
                run.record(List.of(0), MOST_STEPS).raster(0, names));
        int shown = Math.min(MOST_IMAGES, images.count());
        List<Integer> numbers = Verdicts.numbers(shown);
        report.section("Images")
                .text(facts.declared("Images") + ". The bars are the spikes of output neurons 0 to " + (outputs - 1)
                        + (verdicts.isJudged()
                                ? ", and the class is that of " + TrainingRecipes.describe(verdicts.decoding())
                                : "")
                        + "." + (shown < images.count() ? " The first " + shown + " are shown." : ""))
                .verdicts(
                        images.intensities(numbers),
                        images.width(),
                        numbers.stream().map(verdicts::label).toList(),
                        verdicts.counts().subList(0, shown));
        return report;
    }

    static void configuration(Report report, Section... facts) {
        PagePrinter.list(report.section("Configuration"), facts);
    }
}
