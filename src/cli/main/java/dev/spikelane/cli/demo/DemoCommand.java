package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.PageOptions;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.terminal.FilesFirst;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.data.Dataset;
import dev.spikelane.io.Npy;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.plot.Report;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        abbreviateSynopsis = true,
        description = {
            "Run the neurons and the network of snnTorch's tutorial 3: two single neurons, the network"
                    + " 784 -> 1000 -> 10 on its own random input, and the same network on images.",
            "The tutorial's weights are random. Images of 28 x 28 pixels are shown to a network of the same size that"
                    + " was trained on Fashion-MNIST; the embedded images are test images, which it has not seen.",
            "--network conv shows them to a network with two convolutions instead, that of tutorial 6.",
            "--network stdp lets a layer learn from three quarters of them without labels, in the manner of Diehl and"
                    + " Cook (2015), and tests it on the first quarter.",
            "--network cuba, brunel and microcircuit run sparse networks of the literature in steps of 0.1 ms, and say"
                    + " how often, how irregularly and how synchronously their neurons fire."
        },
        footer = {
            "  ./spikelane demo",
            "  ./spikelane demo --network conv",
            "  ./spikelane demo --network stdp",
            "  ./spikelane demo --network events",
            "  ./spikelane demo --network microcircuit --scale 0.1",
            "  ./spikelane demo --seed 1 --report demo.html",
            "  ./spikelane demo --images t10k-images-idx3-ubyte.gz --count 100",
            "  ./spikelane demo --json --no-report | jq .tutorial.counts",
            "  ./spikelane demo --out recorded"
        })
public final class DemoCommand implements Callable<Integer> {

    public static final int STEPS = 200;
    public static final int BATCH = 16;
    static final int COUNT = 16;

    private static final int MOST_STEPS = 100_000;
    private static final int MOST_BATCH = 4_096;
    private static final int MOST_WARM_UP = 600;
    /** Each neuron inhibits all others, so synapses grow with the square. */
    private static final int MOST_LEARNING = 5_000;

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--network",
            paramLabel = "NAME",
            description = "tutorial3, or conv: 12C5-P2-64C5-P2-10, images as frames; or stdp, a layer that learns"
                    + " without labels; or events, bars and digits that move; or cuba (Vogels and Abbott, 2005),"
                    + " brunel (2000, model A), microcircuit (Potjans and Diesmann, 2014)."
                    + " Default: ${DEFAULT-VALUE}.")
    private String network = "tutorial3";

    @Mixin
    private ClassicOptions classic = new ClassicOptions();

    @Option(
            names = "--images",
            paramLabel = "FILE",
            description = "IDX file of unsigned bytes, plain or gzip, [images x height x width] or [images x inputs]."
                    + " Or a folder with the four files of MNIST: the test images, and for stdp the others to learn"
                    + " from. Default: an embedded sample of Fashion-MNIST, 256 test images.")
    private @Nullable Path file;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "File of the classes of these images, IDX or .npy of whole numbers. Default: the IDX file next"
                            + " to them, if its name differs in \"labels\" and \"idx1\" only.")
    private @Nullable Path labels;

    @Option(names = "--sample", description = "Show the embedded sample, as without --images.")
    private boolean sample;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Number of images, from the start of the file. Default: " + COUNT + ", or all if fewer.")
    private @Nullable Integer count;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Time steps of the neurons and networks, 1 to " + MOST_STEPS + ". Default: " + STEPS
                    + ", 16 for conv, 250 for stdp, " + ClassicRun.STEPS + " for sparse ones, after"
                    + " a tenth of a second that is not counted.")
    private @Nullable Integer steps;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Images of a batch, 1 to " + MOST_BATCH
                    + "; results do not depend on it. Default: ${DEFAULT-VALUE}.")
    private int batch = BATCH;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Longest warm-up in seconds before the time is measured, 0 to " + MOST_WARM_UP
                    + ", for the JIT compiler. It ends when the times of the last passes agree."
                    + " Default: ${DEFAULT-VALUE}.")
    private int warmUp = 20;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for the spikes and membranes of all neurons as numpy files (.npy); created if missing.")
    private @Nullable Path folder;

    @Mixin
    private PageOptions pages = new PageOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException {
        Optional<DemoPreset> preset = Choices.choose(
                command,
                "--network",
                network,
                Map.of(
                        "tutorial3", Optional.of(DemoPreset.TUTORIAL3),
                        "conv", Optional.of(DemoPreset.CONV),
                        "stdp", Optional.of(DemoPreset.STDP),
                        "cuba", Optional.empty(),
                        "brunel", Optional.empty(),
                        "microcircuit", Optional.empty(),
                        "events", Optional.empty()));
        if (preset.isPresent()) {
            showImages(preset.get());
        } else {
            runClassic();
        }
        return 0;
    }

    /** Runs a network from the literature, or on drawn events. */
    private void runClassic() throws IOException {
        if (file != null || labels != null || sample || count != null || folder != null) {
            throw Choices.wrong(
                    command,
                    "--network " + network + " takes no --images, --labels, --sample, --count and"
                            + " --out: it has no images, and its spikes are counted while it runs");
        }
        DemoSettings settings = settings(isOfEvents() ? EventsDemo.STEPS : ClassicRun.STEPS, 1);
        DemoResult.Demo demo = isOfEvents() ? progress -> EventsDemo.of(settings, progress) : classicDemo(settings);
        Path page = pages.file(command, common.quiet());
        FilesFirst out =
                new FilesFirst(command.commandLine(), Stream.ofNullable(page).toList());
        Output output = common.output(out.writer());
        Progress progress = Progress.on(common.quiet());
        DemoResult run = demo.run(progress);
        Section facts = run.facts();
        output.say(facts, DemoFacts.settings(settings), Machine.facts());
        if (page != null) {
            Report report = run.page();
            DemoReport.configuration(report, facts, DemoFacts.settings(settings), Machine.facts());
            report.write(page);
            output.say(DemoFacts.report(page));
        }
        output.end();
        out.close();
    }

    private boolean isOfEvents() {
        return network.equals("events");
    }

    private DemoResult.Demo classicDemo(DemoSettings settings) {
        Function<DoubleConsumer, Network> made = classic.network(command, network, settings.seed());
        String title = classic.title(network);
        return progress -> ClassicRun.of(title, made, settings.steps(), settings.threads(), progress);
    }

    private void showImages(DemoPreset preset) throws IOException {
        DemoSettings settings = settings(preset.steps(), batch);
        ImageSet images = images(preset);
        Winners winners = preset == DemoPreset.STDP ? winners(images, settings) : null;
        Model model = winners == null ? preset.model(images, settings.seed()) : winners.model();
        images = images.knownTo(model.network().outputs());
        settings.requireFits(preset, model.network(), images, folder != null);
        Path page = pages.file(command, common.quiet());
        if (folder != null) {
            makeFolder(folder);
        }
        FilesFirst out = new FilesFirst(
                command.commandLine(),
                Stream.of(page, folder).filter(Objects::nonNull).toList());
        Output output = common.output(out.writer());
        Progress progress = Progress.on(common.quiet());
        boolean noise = preset == DemoPreset.TUTORIAL3;
        if (noise) {
            traces(settings, output);
            tutorial(settings, output);
        }
        if (winners != null) {
            winners.learn(progress);
            model = winners.model();
            output.say(winners.facts(images));
        }
        DemoRun run = new DemoRun(preset, model, images, settings, tests(preset, images));
        DemoRun.Result result = run.run(progress);
        List<Integer> found = preset.fits(images) ? result.evaluation().classes() : List.of();
        Verdicts verdicts = new Verdicts(images, result.counts(), found, run.decoding());
        Section facts = DemoFacts.images(preset, settings, verdicts, result);
        output.say(facts, DemoFacts.settings(settings), Machine.facts());
        if (folder != null) {
            run.record(Verdicts.numbers(images.count()), settings.steps()).write(folder, "images");
            output.say(DemoFacts.files(folder, noise));
        }
        if (page != null) {
            Report report = new DemoReport(preset, settings, run, verdicts, facts).page();
            DemoReport.configuration(report, facts, DemoFacts.settings(settings), Machine.facts());
            report.write(page);
            output.say(DemoFacts.report(page));
        }
        output.end();
        out.close();
    }

    private DemoSettings settings(int usual, int together) {
        int all = steps == null ? usual : steps;
        Choices.requireRange(command, "--steps", all, 1, MOST_STEPS);
        Choices.requireRange(command, "--batch", batch, 1, MOST_BATCH);
        common.require(command);
        Choices.requireRange(command, "--warm-up", warmUp, 0, MOST_WARM_UP);
        return new DemoSettings(common.seed(), all, together, common.threads(), warmUp);
    }

    /** Returns the number of test images. */
    private int tests(DemoPreset preset, ImageSet images) {
        int all = images.file().count();
        return preset == DemoPreset.STDP && both() == null ? Math.ceilDiv(all, 4) : all;
    }

    /** Returns null if the user named no folder. */
    private @Nullable Path both() {
        return file != null && Files.isDirectory(file) ? file : null;
    }

    private Winners winners(ImageSet images, DemoSettings settings) throws IOException {
        if (images.classes().isEmpty()) {
            throw new IOException(images.name() + ": has no labels, expected some for --network stdp");
        }
        int tests = tests(DemoPreset.STDP, images);
        Path both = both();
        Dataset training =
                both == null ? images.dataset().range(tests, images.file().count() - tests) : Dataset.idxTrain(both);
        return new Winners(training, classic.neurons(command, Winners.NEURONS, 2, MOST_LEARNING), settings);
    }

    private ImageSet images(DemoPreset preset) throws IOException {
        if (labels != null && file == null) {
            throw Choices.wrong(command, "--labels needs --images, the file of the images that it names");
        }
        if (sample && file != null) {
            throw Choices.wrong(command, "expected --images or --sample, not both: they name different images");
        }
        ImageSet all = file == null ? ImageSet.sample() : ImageSet.read(file, labels);
        all = all.first(tests(preset, all));
        if (count == null) {
            return all.first(Math.min(COUNT, all.count()));
        }
        if (count < 1 || count > all.count()) {
            throw Choices.wrong(
                    command,
                    "--count is " + count + ", expected 1 to " + all.count() + ", the images of " + all.name());
        }
        return all.first(count);
    }

    private void traces(DemoSettings settings, Output output) throws IOException {
        for (Trace trace : List.of(Trace.handLif(settings.steps()), Trace.leaky(settings.steps()))) {
            if (folder != null) {
                Npy.write(folder.resolve(trace.file() + "_spikes.npy"), trace.spikes());
                Npy.write(folder.resolve(trace.file() + "_membranes.npy"), trace.membranes());
            }
            output.say(DemoFacts.trace(trace));
        }
    }

    private void tutorial(DemoSettings settings, Output output) throws IOException {
        LayerRecordings run = Tutorial.run(settings);
        if (folder != null) {
            run.write(folder, "tutorial");
        }
        output.say(DemoFacts.tutorial(settings, run));
    }

    /** Creates a folder before the run, so that a wrong name fails early. */
    private static void makeFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (!Files.isWritable(folder)) {
            throw new FileSystemException(folder.toString(), null, "cannot be written, permission denied");
        }
    }
}
