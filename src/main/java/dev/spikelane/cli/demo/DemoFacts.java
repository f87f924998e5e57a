package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.output.Section;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the demo says of its results. */
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

    static Section tutorial(DemoSettings settings, NetworkResult result) {
        List<Integer> counts = result.counts().getFirst();
        int width = Verdicts.width(result.counts());
        Section section = Section.of(
                        "tutorial",
                        "Tutorial network 784 -> 1000 -> 10, Leaky, beta 0.99, random input, " + settings.steps()
                                + " steps, seed " + settings.seed())
                .say("Neuron", Verdicts.heads(width))
                .say("Output spikes", Verdicts.cells(counts, width), named("counts", counts))
                .say("Fires most", Verdicts.winner(counts), named("fires_most", NetworkResult.winner(counts)));
        return densities(section, result);
    }

    /** The images, the network's verdicts, and what it did for them in which time. */
    static Section images(DemoSettings settings, ImageRun.Result result) {
        ImageSet images = result.images();
        Recognition recognition = result.recognition();
        Section section = Section.of(
                        IMAGES,
                        "Images through the network " + images.inputs() + " -> 1000 -> 10, rate-coded, "
                                + settings.steps() + " steps, seed " + settings.seed())
                .say(
                        "Images",
                        "%d of %d, %s, %s",
                        named("count", images.count()),
                        images.file().count(),
                        named("size", images.size()),
                        named("source", images.name()))
                .say(
                        "Weights",
                        recognition.isTrained()
                                ? "trained on the training images of Fashion-MNIST, 8 bits each"
                                : "random, untrained: the counts show the network at work, they do not classify",
                        named("weights", recognition.isTrained() ? ImageRun.WEIGHTS : "random"));
        new Verdicts(images, result.network().counts(), recognition, ImageRun.DECODING).add(section);
        work(section, result);
        return section;
    }

    /** What the network did for it, in which time. */
    private static void work(Section section, ImageRun.Result result) {
        List<String> kernels = result.network().kernels();
        densities(section, result.network())
                .say(
                        "Saved",
                        "%.1f %% of the multiplications of a step: silent neurons cost nothing, a spike adds a weight",
                        percent("multiplications_saved", result.saved()));
        result.encoding().ifPresent(time -> time(section, "encode_ms_per_image", time));
        result.inNetwork().ifPresent(time -> time(section, "network_ms_per_image", time));
        section.say(
                        "Per image",
                        result.times().busy()
                                ? "%s\nother programs keep this machine busy: it would be faster alone"
                                : "%s",
                        perImage(result),
                        named("settled", result.times().settled()),
                        named("machine_busy", result.times().busy()))
                .say(
                        "Spike matmul",
                        "layer 1 %s, layer 2 %s",
                        kernels.get(0),
                        kernels.get(1),
                        named("kernels", kernels));
    }

    static Section files(Path folder) {
        return Section.of("", "Recorded in " + folder)
                .value("recordings", folder)
                .say(
                        "Network",
                        "tutorial_*.npy, images_*.npy: input, spikes1, membranes1 (hidden), spikes2, membranes2"
                                + " (output)")
                .say("Neurons", "hand_lif_*.npy, leaky_*.npy: spikes, membranes")
                .say("Format", "[steps, samples, neurons], spikes uint8, membranes float32");
    }

    static Section report(Path page) {
        return Section.of("", "Report")
                .value("report", page)
                .say("Open", "%s", page.toAbsolutePath().normalize().toString());
    }

    static Section scalar(ScalarTiming scalar) {
        Section section = Section.of(IMAGES);
        return scalar.isTimed()
                ? section.say(
                        "Scalar",
                        "%.3f ms per image, the fastest pass in a second JVM",
                        named("scalar_ms_per_image", scalar.millisecondsPerImage()))
                : section.say("Scalar", "%s", scalar.note());
    }

    private static Section densities(Section section, NetworkResult result) {
        return section.say(
                "Densities",
                "input %.4f, hidden %.4f, output %.4f",
                result.inputDensity(),
                result.hiddenDensity(),
                result.outputDensity(),
                named(
                        "densities",
                        Map.of(
                                "input", result.inputDensity(),
                                "hidden", result.hiddenDensity(),
                                "output", result.outputDensity())));
    }

    private static void time(Section section, String name, PassTimes.Spread spread) {
        section.value(name, spread.median())
                .value(name + "_fastest", spread.fastest())
                .value(name + "_slowest", spread.slowest());
    }

    private static String perImage(ImageRun.Result result) {
        Optional<PassTimes.Spread> encoding = result.encoding();
        Optional<PassTimes.Spread> network = result.inNetwork();
        if (encoding.isEmpty() || network.isEmpty()) {
            return "not timed: no pass fits into this --warm-up";
        }
        return result.times().settled()
                ? String.format(
                        Locale.ROOT,
                        "encode %.3f ms, network %.3f ms, median of %d passes over %d images after %.1f s of warm-up",
                        encoding.get().median(),
                        network.get().median(),
                        PassTimes.PASSES,
                        result.timed(),
                        result.warmUpSeconds())
                : String.format(
                        Locale.ROOT,
                        "encode %s, network %s: not settled after %.1f s of warm-up; a longer --warm-up may be enough",
                        milliseconds(encoding.get()),
                        milliseconds(network.get()),
                        result.warmUpSeconds());
    }

    /** A time with its doubt. */
    private static String milliseconds(PassTimes.Spread spread) {
        return spread.fastest() == spread.slowest()
                ? String.format(Locale.ROOT, "%.3f ms in a single pass", spread.median())
                : String.format(
                        Locale.ROOT, "%.3f ms (%.3f to %.3f)", spread.median(), spread.fastest(), spread.slowest());
    }
}
