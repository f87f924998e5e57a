package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.train.EvaluationFacts;
import dev.spikelane.memory.SpikeMatrix;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

final class DemoFacts {

    private static final String IMAGES = "images";

    private DemoFacts() {}

    static Section settings(DemoSettings settings) {
        return Section.of("settings")
                .value("seed", settings.seed())
                .value("steps", settings.steps())
                .say(
                        "Ran with",
                        "batch %d, threads %d",
                        named("batch", settings.batch()),
                        named("threads", settings.threads()))
                .value("warm_up_seconds", settings.warmUp());
    }

    static Section trace(Trace trace) {
        List<Integer> steps = trace.spikeSteps();
        String title = trace.title() + " from step " + Trace.SILENT_STEPS + ", "
                + trace.spikes().rows() + " steps";
        return Section.of("neurons[]", title)
                .value("name", trace.title())
                .say("Spikes", "%d", steps.size())
                .say(
                        "At steps",
                        steps.stream().map(String::valueOf).collect(Collectors.joining(" ")),
                        named("spike_steps", steps));
    }

    static Section tutorial(DemoSettings settings, LayerRecordings run) {
        List<Integer> counts = run.counts(0);
        int width = Verdicts.width(List.of(counts));
        Map<String, Double> densities = new LinkedHashMap<>();
        densities.put("input", density(Objects.requireNonNull(run.input())));
        for (int layer = 0; layer < run.names().size(); layer++) {
            densities.put(run.names().get(layer), density(run.spikes().get(layer)));
        }
        return Section.of(
                        "tutorial",
                        "Tutorial network 784 -> 1000 -> 10, Leaky, beta 0.99, random input, " + settings.steps()
                                + " steps, seed " + settings.seed())
                .say("Neuron", Verdicts.cells(Verdicts.numbers(counts.size()), width))
                .say("Output spikes", Verdicts.cells(counts, width), named("counts", counts))
                .say("Fires most", Verdicts.winner(counts), named("fires_most", Verdicts.winnerOf(counts)))
                .say(
                        "Densities",
                        densities.entrySet().stream()
                                .map(each -> String.format(Locale.ROOT, "%s %.4f", each.getKey(), each.getValue()))
                                .collect(Collectors.joining(", ")),
                        named("densities", densities));
    }

    private static double density(SpikeMatrix spikes) {
        return spikes.count() / ((double) spikes.rows() * spikes.columns());
    }

    /** Returns images, verdicts, operations and times. */
    static Section images(DemoPreset preset, DemoSettings settings, Verdicts verdicts, DemoRun.Result result) {
        ImageSet images = verdicts.images();
        Section section = Section.of(
                        IMAGES,
                        "Images through the network " + preset.path(images) + ", " + settings.steps() + " steps, seed "
                                + settings.seed())
                .say(
                        "Images",
                        "%d of %d, %s, %s",
                        named("count", images.count()),
                        images.file().count(),
                        named("size", images.size()),
                        named("source", images.name()))
                .say(
                        "Weights",
                        verdicts.isTrained()
                                ? preset.training()
                                : "random, untrained: the counts show the network at work, they do not classify",
                        named("weights", verdicts.isTrained() ? preset.weights() : "random"));
        verdicts.add(section);
        if (verdicts.isJudged()) {
            int classes = verdicts.counts().getFirst().size();
            EvaluationFacts.add(section, result.evaluation(), List.of(images.names(classes)));
        } else {
            EvaluationFacts.work(section, result.evaluation());
        }
        time(section, "encode_ms_per_image", result.times().perImage(PassTimes.Pass::encode, result.timed()));
        time(section, "network_ms_per_image", result.times().perImage(PassTimes.Pass::network, result.timed()));
        if (!result.weighed().isEmpty()) {
            Map<String, Long> bytes = new LinkedHashMap<>();
            Map<String, Double> milliseconds = new LinkedHashMap<>();
            result.weighed().forEach(each -> {
                bytes.put(each.type(), each.bytes());
                milliseconds.put(each.type(), each.milliseconds());
            });
            section.value("bytes_by_weights", bytes)
                    .value("ms_per_image_by_weights", milliseconds)
                    .say(
                            "As integers",
                            result.weighed().stream()
                                    .map(each -> String.format(
                                            Locale.ROOT,
                                            "%s %,d bytes, %.3f ms",
                                            each.type(),
                                            each.bytes(),
                                            each.milliseconds()))
                                    .collect(Collectors.joining("; ")));
        }
        return section.say(
                "Per image",
                result.times().busy() ? "%s\nother programs keep this machine busy: it would be faster alone" : "%s",
                perImage(settings, result),
                named("settled", result.times().settled()),
                named("machine_busy", result.times().busy()));
    }

    static Section files(Path folder, boolean tutorial) {
        Section section = Section.of("", "Recorded in " + folder)
                .value("recordings", folder)
                .say(
                        "Network",
                        "images_*.npy%s: spikes and membranes of layers 1 to the last, input if it is spikes",
                        tutorial ? ", tutorial_*.npy" : "");
        if (tutorial) {
            section.say("Neurons", "hand_lif_*.npy, leaky_*.npy: spikes, membranes");
        }
        return section.say("Format", "[steps, samples, neurons], spikes uint8, membranes float32");
    }

    static Section report(Path page) {
        return Section.of("", "Report")
                .value("report", page)
                .say("Open", "%s", page.toAbsolutePath().normalize().toString());
    }

    private static void time(Section section, String name, Optional<PassTimes.Spread> time) {
        time.ifPresent(spread -> section.value(name, spread.median())
                .value(name + "_fastest", spread.fastest())
                .value(name + "_slowest", spread.slowest()));
    }

    private static String perImage(DemoSettings settings, DemoRun.Result result) {
        Optional<PassTimes.Spread> encoding = result.times().perImage(PassTimes.Pass::encode, result.timed());
        Optional<PassTimes.Spread> network = result.times().perImage(PassTimes.Pass::network, result.timed());
        if (encoding.isEmpty() || network.isEmpty()) {
            return "not timed: no pass fits into this --warm-up";
        }
        return result.times().settled()
                ? String.format(
                        Locale.ROOT,
                        "encode %.3f ms, network %.3f ms for %d steps, batch %d, threads %d:"
                                + " median of %d passes over %d images",
                        encoding.get().median(),
                        network.get().median(),
                        settings.steps(),
                        settings.batch(),
                        settings.threads(),
                        PassTimes.PASSES,
                        result.timed())
                : String.format(
                        Locale.ROOT,
                        "encode %s, network %s: not settled; a longer --warm-up may be enough",
                        milliseconds(encoding.get()),
                        milliseconds(network.get()));
    }

    /** Formats a time and its spread. */
    private static String milliseconds(PassTimes.Spread spread) {
        return spread.fastest() == spread.slowest()
                ? String.format(Locale.ROOT, "%.3f ms in a single pass", spread.median())
                : String.format(
                        Locale.ROOT, "%.3f ms (%.3f to %.3f)", spread.median(), spread.fastest(), spread.slowest());
    }
}
