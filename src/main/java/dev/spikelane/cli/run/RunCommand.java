package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.format.ReadOptions;
import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.train.EvaluationFacts;
import dev.spikelane.cli.train.TrainCommand;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputCode;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.memory.ElementType;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.plot.Report;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a model on images and says its accuracy and cost. */
@Command(
        name = "run",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Run a model on images: accuracy, confusion matrix, and spikes and synaptic operations per image against"
                    + " the multiplications and additions of a dense network; or on an array of NumPy,"
                    + " --data FILE.npy of [steps, batch, ...]: spikes and label of each sample."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./spikelane run --model spikelane-model.safetensors",
            "  ./spikelane run --model m.safetensors --sample --decoding count",
            "  ./spikelane run --model m.safetensors --images t10k-images-idx3-ubyte",
            "  ./spikelane run --model m.safetensors --decoding count --json | jq .accuracy",
            "  ./spikelane run --model m.safetensors --weights int8",
            "  ./spikelane run --model m.safetensors --decoding count --early 5",
            "  ./spikelane run --model net.nir --data spikes.npy --out recorded.npz"
        })
public final class RunCommand implements Callable<Integer> {

    private static final int MOST_BATCH = 4_096;

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "Model file, graph of NIR, or file of tensors.")
    private Path model = Path.of(TrainCommand.MODEL);

    @Mixin
    private ReadOptions reading = new ReadOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "With --data FILE.npy: write the output's spikes and membranes as an archive, .npz.")
    private @Nullable Path out;

    @Mixin
    private UseOptions use = new UseOptions();

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description =
                    "int8, int16, int4 or ternary: round the weights of dense connections and convolutions to integers,"
                            + " and compare with floats; batch norms are folded into them first.")
    private @Nullable String weights;

    @Option(
            names = "--early",
            paramLabel = "N",
            description =
                    "Beside it, end images as soon as their class is decided, looked at after every N steps, one image"
                            + " after the other; with --decoding count.")
    private @Nullable Integer early;

    @Option(names = "--batch", paramLabel = "N", description = "Images side by side. Default: ${DEFAULT-VALUE}.")
    private int batch = 128;

    @Option(names = "--report", paramLabel = "FILE", description = "Page with the confusion matrix.")
    private @Nullable Path report;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException {
        Choices.requireRange(command, "--batch", batch, 1, MOST_BATCH);
        common.require(command);
        if (report != null) {
            AtomicFile.requireWritable(report);
        }
        Path array = images.array();
        if (array != null) {
            return runArray(array);
        }
        if (out != null) {
            throw Choices.wrong(command, "--out needs an array of NumPy, --data FILE.npy");
        }
        Dataset data = images.data(command);
        Model trained = reading.read(command, model).requireModel();
        int allSteps = use.steps(command, trained);
        String codeName = use.code(trained);
        TrainingRecipes.Code coded = TrainingRecipes.code(command, codeName);
        TrainingRecipes.requireSteps(command, codeName, allSteps);
        Decoding decoded = use.decoding(command, trained);
        if (early != null) {
            Choices.requireRange(command, "--early", early, 1, allSteps);
            if (decoded != Decoding.COUNT || weights != null) {
                throw Choices.wrong(command, "--early needs --decoding count, and goes without --weights");
            }
        }
        requireFits(trained.network(), data, coded.of(allSteps), codeName);
        requireClasses(trained, data, decoded);
        Batching batching = new Batching(batch).withSeed(common.seed()).withCode(coded.of(allSteps));
        ElementType type =
                weights == null ? null : Choices.choose(command, "--weights", weights, TrainingRecipes.INTEGERS);
        Network.Folded folded = type == null ? null : trained.network().folded();
        Network network = folded == null ? trained.network() : folded.network();
        try (Evaluator evaluator =
                TrainingRecipes.evaluator(trained, network, allSteps, batching, common.threads(), decoded)) {
            Section said = facts(trained, data, allSteps, codeName, decoded);
            if (folded != null && !folded.changes().isEmpty()) {
                List<Network.FoldedValues> changes = folded.changes();
                said.say(
                        "Folded",
                        "batch norms, into the weights before them" + "\n%s".repeat(changes.size()),
                        changes.toArray());
            }
            if (early != null) {
                EvaluationFacts.add(said, evaluator.evaluate(data));
                say(
                        said,
                        EarlyRun.of(trained, data, coded.of(allSteps), allSteps, early, common.seed())
                                .facts());
            } else if (type == null) {
                say(EvaluationFacts.add(said, evaluator.evaluate(data)));
            } else {
                IntegerRun run = IntegerRun.of(
                        type,
                        data,
                        evaluator,
                        quantized -> TrainingRecipes.evaluator(
                                trained, quantized.network(), allSteps, batching, common.threads(), decoded));
                say(EvaluationFacts.add(said, run.quantized().after()), run.facts());
            }
        }
        return 0;
    }

    private int runArray(Path array) throws IOException {
        if (images.isGiven() || use.isGiven() || weights != null || early != null || report != null) {
            throw Choices.wrong(
                    command,
                    "--labels, --count, --steps, --code, --decoding, --weights, --early and --report are for images");
        }
        if (out != null) {
            AtomicFile.requireWritable(out);
        }
        ArrayRun run = ArrayRun.of(reading.read(command, model).requireModel(), array);
        if (out != null) {
            run.write(out);
        }
        Output output = common.output(command.commandLine().getOut());
        output.say(run.facts(model, array));
        output.end();
        return 0;
    }

    private Section facts(Model trained, Dataset data, int allSteps, String codeName, Decoding decoded) {
        List<String> notes = use.notes(trained, decoded, images.isSample(command));
        Section section = Section.of("", "Model " + model)
                .value("model", model.toString())
                .say(
                        "Network",
                        "%s",
                        trained.network().populations().stream()
                                .map(population -> population.name() + " " + population.size())
                                .collect(Collectors.joining(", ")))
                .say(
                        "Images",
                        "%s, as %s, %d steps",
                        named("data", data.toString()),
                        named("code", codeName),
                        named("steps", allSteps))
                .value("notes", notes);
        notes.forEach(note -> section.say("Note", "%s", note));
        return section;
    }

    private void say(Section... sections) throws IOException {
        if (report != null) {
            Report page = Report.of("Spikelane run").text(sections[0].title());
            PagePrinter.list(page, sections);
            PagePrinter.confusion(page, "Confusion", sections[0]);
            page.write(report);
        }
        Output output = common.output(command.commandLine().getOut());
        output.say(sections);
        output.keep(Machine.facts());
        output.end();
    }

    /** Before the run, and in the words of the options. */
    private void requireFits(Network network, Dataset data, InputCode inputs, String codeName) throws IOException {
        if (network.inputs().size() != 1) {
            throw new IOException(model + ": has the inputs "
                    + network.inputs().stream().map(Input::name).toList() + ", expected one, for the images");
        }
        int pixels = data.shape().size();
        int found = inputs.allocate(1, pixels).columns();
        int expected = network.inputs().getFirst().shape().size();
        if (found != expected) {
            throw new IOException(
                    model + ": its input takes " + expected + " values a step, but images of " + data.shape()
                            + " as " + codeName + " have " + found
                            + "; choose images of the size that it was trained on, or another --code or --steps");
        }
    }

    private static int size(Model trained) {
        return trained.network().population(trained.population()).size();
    }

    private void requireClasses(Model trained, Dataset data, Decoding decoded) throws IOException {
        int outputs = size(trained);
        int classes = trained.classes().orElse(outputs);
        if (outputs % classes != 0 || classes != outputs && decoded != Decoding.COUNT) {
            throw new IOException(model + ": notes " + classes + " classes for the " + outputs + " outputs of '"
                    + trained.population() + "', decoded by " + decoded
                    + ", expected a divisor of the outputs, and --decoding count");
        }
        if (classes < data.classes()) {
            int wrong = IntStream.range(0, data.size())
                    .filter(sample -> data.label(sample) >= classes)
                    .findFirst()
                    .orElseThrow();
            throw new IOException(model + ": has " + classes + (classes == outputs ? " outputs" : " classes")
                    + ", expected at least " + data.classes() + ", one for each class of " + data + "; label " + wrong
                    + " is "
                    + data.label(wrong));
        }
    }
}
