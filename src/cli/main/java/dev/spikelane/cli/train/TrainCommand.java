package dev.spikelane.cli.train;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.input.DataOptions;
import dev.spikelane.cli.input.OutputFile;
import dev.spikelane.cli.input.PageOptions;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.terminal.FilesFirst;
import dev.spikelane.cli.terminal.Interruption;
import dev.spikelane.cli.terminal.Program;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.train.Adam;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import dev.spikelane.train.TrainingRunBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        abbreviateSynopsis = true,
        description = {
            "Train a network on images and write a model file.",
            "Ctrl-C saves and exits; --resume continues, and the model has the bits of an uninterrupted run."
        },
        footer = {
            "  ./spikelane train",
            "  ./spikelane train --preset recurrent --model rows.safetensors",
            "  ./spikelane train --hidden 500,200 --loss count --epochs 10",
            "  ./spikelane train --preset tutorial6 --hidden 32C5-P2,64C5-P2,128 --batch-norm",
            "  ./spikelane train --weights ternary",
            "  ./spikelane train --resume",
            "  ./spikelane run --model spikelane-model.safetensors"
        })
public final class TrainCommand implements Callable<Integer> {

    public static final String MODEL = "spikelane-model.safetensors";

    private static final Map<String, WeightQuantization> WEIGHTS = new TreeMap<>(Map.of(
            "int8", WeightQuantization.int8(),
            "int4", WeightQuantization.int4(),
            "ternary", WeightQuantization.ternary()));

    /** The exit code that shells report after Ctrl-C. */
    private static final int INTERRUPTED = 130;

    private static final int MOST_HELD_OUT = 1_000_000;

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private TrainOptions options = new TrainOptions();

    @Mixin
    private DataOptions source = new DataOptions();

    @Option(
            names = "--hold-out",
            paramLabel = "N",
            description = "Number of the last training images that are held out and evaluated after each epoch."
                    + " Default: 5000, or 500 of the 5,000 embedded training images.")
    private @Nullable Integer heldOut;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Stop after N epochs without improvement, and keep the best.")
    private @Nullable Integer patience;

    @Option(names = "--model", paramLabel = "FILE", description = "Model file to write. Default: " + MODEL + ".")
    private Path model = Path.of(MODEL);

    @Option(names = "--eight-bits", description = "Round weights to 8 bits with a scale for each neuron.")
    private boolean eightBits;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description = "int8, int4 or ternary: train with weights rounded to these integers in each step, and write"
                    + " the integers.")
    private @Nullable String weights;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Checkpoint, written after each epoch. Default: next to the model, deleted at the end.")
    private @Nullable Path checkpoint;

    @Option(names = "--resume", description = "Continue from the checkpoint, if it exists.")
    private boolean resume;

    @Option(names = "--history", paramLabel = "FILE", description = "Loss and accuracy of each epoch, .csv or .json.")
    private @Nullable Path historyFile;

    @Mixin
    private PageOptions pages = new PageOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException {
        Path images = source.folder(command);
        String preset = options.preset(images == null);
        TrainingSettings settings = options.settings(command, preset);
        requireOptions();
        Path page = pages.file(command, common.quiet());
        TrainingData data = TrainingData.find(images, heldOut);
        FilesFirst out = new FilesFirst(
                command.commandLine(),
                Stream.of(model, page).filter(Objects::nonNull).toList());
        Output output = common.output(out.writer());
        boolean plain = !source.hasFolder() && !options.hasPreset();
        if (plain && !resume && common.text()) {
            FirstBoot.show(output, FirstBoot.blocks(), common.threads());
        }
        Network network = settings.network(
                data.training().shape(), Math.max(2, data.training().classes()), common.seed());
        WeightQuantization rounded =
                weights == null ? WeightQuantization.float32() : Choices.choose(command, "--weights", weights, WEIGHTS);
        try (Trainer trainer = Trainer.of(network, settings.steps(), settings.batch())
                .weights(rounded)
                .loss(settings.lossFunction())
                .surrogate(settings.surrogateFunction())
                .optimizer(new Adam(settings.rate()))
                .seed(common.seed())
                .threads(common.threads())
                .build()) {
            Section declared = TrainFacts.settings(settings, network, data);
            output.say(declared.value("preset", preset));
            TrainingRun run = run(trainer, settings, data, output);
            train(run);
            if (!run.finished()) {
                command.commandLine()
                        .getErr()
                        .println(Program.NAME + ": stopped and saved in " + checkpointFile()
                                + "; the same command with --resume goes on");
                command.commandLine().getErr().flush();
                return INTERRUPTED;
            }
            output.keep(TrainFacts.history(run.history(), data.validation() != null));
            save(trainer, run);
            Network tested = ModelFile.read(model);
            Evaluator.Result test = test(tested, settings, data.test());
            if (checkpoint == null) {
                Files.deleteIfExists(checkpointFile());
            }
            Section result = EvaluationFacts.add(Section.of("test", "Result"), test, data.classNames());
            output.say(result, TrainFacts.files(model, page), TrainFacts.next(model, plain, images == null));
            output.keep(Machine.facts());
            output.end();
            // Last, so that a page that cannot be written costs nothing else.
            if (page != null) {
                TestImages shown = new TestImages(data, test, tested, settings, common.seed());
                new TrainReport(declared, result, run, shown).write(page);
            }
            out.close();
            return 0;
        }
    }

    private void requireOptions() throws IOException {
        common.require(command);
        if (heldOut != null) {
            Choices.requireRange(command, "--hold-out", heldOut, 0, MOST_HELD_OUT);
        }
        if (eightBits && weights != null) {
            throw Choices.wrong(command, "expected --eight-bits or --weights, not both: they round the same weights");
        }
        if (patience != null) {
            Choices.requireRange(command, "--patience", patience, 1, Integer.MAX_VALUE);
        }
        if (!resume && Files.isRegularFile(checkpointFile()) && Files.size(checkpointFile()) > 0) {
            throw Choices.wrong(
                    command,
                    checkpointFile()
                            + " holds the checkpoint of a run: --resume goes on from it; delete it to train anew");
        }
        OutputFile.MODEL.require(command, "--model", model);
        OutputFile.HISTORY.require(command, "--history", historyFile);
    }

    private Path checkpointFile() {
        return checkpoint == null ? model.resolveSibling(model.getFileName() + ".checkpoint") : checkpoint;
    }

    private TrainingRun run(Trainer trainer, TrainingSettings settings, TrainingData data, Output output)
            throws IOException {
        Batching batching = settings.batching(common.seed());
        Watcher watcher = new Watcher(output, Progress.on(common.quiet()), data);
        TrainingRunBuilder builder = TrainingRun.of(trainer, data.training(), batching)
                .epochs(settings.epochs())
                .schedule(settings.schedule(batching.batches(data.training().size())))
                .threads(common.threads())
                .checkpoint(checkpointFile())
                .onStep(watcher::step)
                .onEpoch(watcher::epoch)
                .onNotice(text -> output.watch(Section.of("").say("Note", "%s", text)));
        if (data.validation() != null) {
            builder.validate(data.validation());
        }
        if (patience != null) {
            builder.stopAfter(patience);
        }
        if (resume) {
            builder.resume();
        }
        return builder.build();
    }

    private static void train(TrainingRun run) throws IOException {
        Interruption interruption = Interruption.call(run::stop);
        try {
            run.run();
        } finally {
            interruption.end();
        }
    }

    private void save(Trainer trainer, TrainingRun run) throws IOException {
        Model trained = run.model();
        if (eightBits) {
            ModelFile.write8Bit(model, trained.network(), trained.notes());
        } else if (weights != null) {
            ModelFile.write(model, trainer.quantized(), trained.notes());
        } else {
            ModelFile.write(model, trained);
        }
        if (historyFile != null) {
            run.write(historyFile);
        }
    }

    private Evaluator.Result test(Network network, TrainingSettings settings, Dataset images) {
        try (Evaluator evaluator = new Evaluator(
                        network, settings.steps(), settings.batching(common.seed()), common.threads())
                .loss(settings.lossFunction())) {
            return evaluator.evaluate(images);
        }
    }

    /** Draws the bar and prints a line for each epoch. */
    private static final class Watcher {

        private final Output output;
        private final Progress progress;
        private final TrainingData data;
        private long shown;

        Watcher(Output output, Progress progress, TrainingData data) {
            this.output = output;
            this.progress = progress;
            this.data = data;
        }

        void step(TrainingRun now) {
            if (shown == 0) {
                progress.begin("Epoch " + now.epoch(), now.samplesOfEpoch());
            }
            progress.advance(
                    now.samples() - shown,
                    () -> String.format(
                            Locale.ROOT,
                            "loss %.4f, accuracy %.1f %%, %,.0f images/s",
                            now.loss(),
                            100 * now.accuracy(),
                            now.samplesPerSecond()));
            shown = now.samples();
        }

        void epoch(EpochResult result) {
            progress.end();
            shown = 0;
            output.watch(TrainFacts.history(List.of(result), data.validation() != null));
        }
    }
}
