package dev.spikelane.cli;

import dev.spikelane.kernel.Simd;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Prints the results of the demo for people. */
final class DemoText {

    private static final String COUNTS = "Output spikes";
    private static final String LABEL = "label";

    private final PrintWriter out;
    private final DemoSettings settings;

    DemoText(PrintWriter out, DemoSettings settings) {
        this.out = out;
        this.settings = settings;
    }

    void trace(Trace trace) {
        List<Integer> steps = trace.spikeSteps();
        title(trace.title() + " from step " + Trace.SILENT_STEPS + ", " + settings.steps() + " steps");
        row("Spikes", String.valueOf(steps.size()));
        row("At steps", steps.stream().map(String::valueOf).collect(Collectors.joining(" ")));
        end();
    }

    void tutorial(NetworkResult result) {
        title("Tutorial network 784 -> 1000 -> 10, Leaky, beta 0.99, random input, " + settings.steps()
                + " steps, seed " + settings.seed());
        int width = width(result);
        row("Neuron", numbers(width));
        row(COUNTS, counts(result, 0, width));
        row("Fires most", winner(result, 0));
        densities(result);
        end();
    }

    void images(ImageRun.Result result) {
        ImageSet images = result.images();
        title("Images through the network " + images.inputs() + " -> 1000 -> 10, rate-coded, " + settings.steps()
                + " steps, seed " + settings.seed());
        row("Images", images.count() + " of " + images.file().count() + ", " + images.size() + ", " + images.name());
        Recognition recognition = result.recognition();
        row(
                "Weights",
                recognition.isTrained()
                        ? "trained on the training images of Fashion-MNIST, 8 bits each"
                        : "random, untrained: the counts show the network at work, they do not classify");
        row(
                "Columns",
                "spikes of each class"
                        + (recognition.isJudged()
                                ? "; \"taken for\" is the class of " + TrainingRecipes.describe(ImageRun.DECODING)
                                        + ", the first of equal ones, as it was trained"
                                : ""));
        out.println();
        table(result);
        out.println();
        if (recognition.isJudged()) {
            accuracy(recognition);
        }
        densities(result.network());
        work(result);
        timing(result);
        end();
    }

    void files(Path folder) {
        title("Recorded in " + folder);
        row(
                "Network",
                "tutorial_*.npy, images_*.npy: input, spikes1, membranes1 (hidden), spikes2, membranes2 (output)");
        row("Neurons", "hand_lif_*.npy, leaky_*.npy: spikes, membranes");
        row("Format", "[steps, samples, neurons], spikes uint8, membranes float32");
        end();
    }

    void report(Path file) {
        title("Report");
        row("Open", file.toAbsolutePath().normalize().toString());
        end();
    }

    private void accuracy(Recognition recognition) {
        String shown = recognition.right(recognition.shown()) + " of " + recognition.shown() + " right";
        String all = recognition.found().size() > recognition.shown()
                ? ", " + recognition.right(recognition.found().size()) + " of all "
                        + recognition.found().size()
                : "";
        row(
                "Accuracy",
                shown + all + String.format(Locale.ROOT, " (%.1f %%)", 100 * recognition.accuracyOfAll())
                        + ", decoded by " + TrainingRecipes.describe(ImageRun.DECODING));
        out.println();
        RunText.confusion(out, recognition.confusion());
        out.println();
    }

    private void work(ImageRun.Result result) {
        double all = result.images().inputs() + TutorialRun.OUTPUTS;
        double passed = result.network().inputDensity() * result.images().inputs()
                + result.network().hiddenDensity() * TutorialRun.OUTPUTS;
        row(
                "Saved",
                String.format(
                        Locale.ROOT,
                        "%.1f %% of the multiplications of a step: silent neurons cost nothing, a spike adds a weight",
                        100 * (1 - passed / all)));
    }

    private void table(ImageRun.Result run) {
        ImageSet images = run.images();
        NetworkResult result = run.network();
        int width = width(result);
        String labelTitle = images.classes().isEmpty() ? "" : LABEL;
        int labelWidth = images.classes().isEmpty()
                ? 0
                : 2 + images.labels().stream().mapToInt(String::length).reduce(LABEL.length(), Math::max);
        tableLine(
                "image",
                padded(labelTitle, labelWidth),
                numbers(width),
                "most" + (run.recognition().isTrained() ? "  taken for" : ""));
        for (int image = 0; image < images.count(); image++) {
            String label = padded(images.label(image), labelWidth);
            String most = String.format(Locale.ROOT, "%4s", winner(result, image)) + verdict(run, image);
            tableLine(String.valueOf(image), label, counts(result, image, width), most);
        }
    }

    /** What a trained network takes an image for. */
    private static String verdict(ImageRun.Result run, int image) {
        Recognition recognition = run.recognition();
        if (!recognition.isTrained()) {
            return "";
        }
        String found = run.images().nameOf(recognition.found().get(image));
        if (!recognition.isJudged()) {
            return "  " + found;
        }
        return "  " + found + (recognition.isRight(image) ? ", right" : ", wrong");
    }

    private void tableLine(String image, String label, String counts, String most) {
        out.printf(Locale.ROOT, "  %5s  %s%s  %4s%n", image, label, counts, most);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private void densities(NetworkResult result) {
        row(
                "Densities",
                String.format(
                        Locale.ROOT,
                        "input %.4f, hidden %.4f, output %.4f",
                        result.inputDensity(),
                        result.hiddenDensity(),
                        result.outputDensity()));
    }

    private void timing(ImageRun.Result result) {
        row("Per image", perImage(result));
        if (result.times().busy()) {
            row("", "other programs keep this machine busy: it would be faster alone");
        }
        row("Ran with", "batch " + settings.batch() + ", threads " + settings.threads());
        List<String> kernels = result.network().kernels();
        row("Spike matmul", "layer 1 " + kernels.get(0) + ", layer 2 " + kernels.get(1));
        row("SIMD", Simd.describe());
    }

    private static String perImage(ImageRun.Result result) {
        Optional<PassTimes.Spread> encoding = result.encoding();
        Optional<PassTimes.Spread> network = result.inNetwork();
        if (encoding.isEmpty() || network.isEmpty()) {
            return "not timed: no pass fits into this --warm-up";
        }
        if (!result.times().settled()) {
            return "encode " + milliseconds(encoding.get()) + ", network " + milliseconds(network.get())
                    + String.format(
                            Locale.ROOT,
                            ": not settled after %.1f s of warm-up; a longer --warm-up may be enough",
                            result.warmUpSeconds());
        }
        return String.format(
                Locale.ROOT,
                "encode %.3f ms, network %.3f ms, median of %d passes over %d images after %.1f s of warm-up",
                encoding.get().median(),
                network.get().median(),
                PassTimes.PASSES,
                result.timed(),
                result.warmUpSeconds());
    }

    /** A time with its doubt. */
    private static String milliseconds(PassTimes.Spread spread) {
        String range = spread.fastest() == spread.slowest()
                ? "in a single pass"
                : String.format(Locale.ROOT, "(%.3f to %.3f)", spread.fastest(), spread.slowest());
        return String.format(Locale.ROOT, "%.3f ms %s", spread.median(), range);
    }

    private static int width(NetworkResult result) {
        int most = result.counts().stream()
                .flatMap(List::stream)
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
        return Math.max(3, String.valueOf(most).length());
    }

    private static String numbers(int width) {
        StringBuilder numbers = new StringBuilder();
        for (int neuron = 0; neuron < TutorialRun.OUTPUTS; neuron++) {
            numbers.append(cell(neuron, width));
        }
        return numbers.toString();
    }

    private static String counts(NetworkResult result, int sample, int width) {
        return result.counts().get(sample).stream()
                .map(count -> cell(count, width))
                .collect(Collectors.joining());
    }

    private static String cell(int number, int width) {
        return String.format(Locale.ROOT, "%" + (width + 1) + "d", number);
    }

    private static String winner(NetworkResult result, int sample) {
        int winner = result.winner(sample);
        if (winner < 0) {
            return "-";
        }
        List<Integer> counts = result.counts().get(sample);
        return counts.lastIndexOf(counts.get(winner)) == winner ? String.valueOf(winner) : "tie";
    }

    private void title(String text) {
        out.println(Printable.of(text));
    }

    private void row(String name, String value) {
        out.printf(Locale.ROOT, "  %-13s  %s%n", name, Printable.of(value));
    }

    private void end() {
        out.println();
        out.flush();
    }
}
