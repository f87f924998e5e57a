package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.format.Format;
import dev.spikelane.cli.format.TensorOptions;
import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.input.DataOptions;
import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.train.EvaluationFacts;
import dev.spikelane.cli.train.TrainCommand;
import dev.spikelane.cli.train.TrainingData;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputCode;
import dev.spikelane.io.Idx;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.memory.ElementType;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.plot.Report;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a model on images and says how right it is and what it costs. */
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
            "  ./spikelane run --model net.nir --data spikes.npy --out spikes-and-membranes.npz"
        })
public final class RunCommand implements Callable<Integer> {

    private static final int MOST_STEPS = 100_000;
    private static final int MOST_BATCH = 4_096;
    private static final int DEFAULT_STEPS = 25;
    private static final String DEFAULT_CODE = "frame";
    private static final String DEFAULT_DECODING = "membrane";

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "Model file, graph of NIR, or file of tensors.")
    private Path model = Path.of(TrainCommand.MODEL);

    @Mixin
    private TensorOptions tensors = new TensorOptions();

    @Mixin
    private DataOptions source = new DataOptions();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "With --data FILE.npy: write the output's spikes and membranes as an archive, .npz.")
    private @Nullable Path out;

    @Option(
            names = "--images",
            paramLabel = "FILE",
            description = "IDX file of images, instead of the test images of a folder.")
    private @Nullable Path images;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "IDX file of the classes of these images. Default: the one beside them, if its name differs in"
                            + " \"labels\" and \"idx1\" only.")
    private @Nullable Path labels;

    @Option(names = "--count", paramLabel = "N", description = "How many images, the first ones. Default: all.")
    private @Nullable Integer count;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Time steps. Default: as the model was trained, else 25.")
    private @Nullable Integer steps;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            description = "frame, rate, latency, or pieces. Default: as the model was trained, else frame.")
    private @Nullable String code;

    @Option(
            names = "--decoding",
            paramLabel = "NAME",
            description =
                    "membrane, max-membrane, count, or first-spike. Default: as the model was trained, else membrane.")
    private @Nullable String decoding;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description =
                    "int8 or int16: round the weights of dense connections and convolutions to integers, and compare"
                            + " with floats; batch norms are folded into them first.")
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
        Path array = source.file();
        if (array != null
                && images == null
                && array.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
            return runArray(array);
        }
        if (out != null) {
            throw Choices.wrong(command, "--out needs an array of NumPy, --data FILE.npy");
        }
        Dataset data = data();
        Model trained = tensors.apply(command, Format.readAny(model)).requireModel();
        int allSteps = steps(trained);
        String codeName = noted(code, trained, Model.CODE, DEFAULT_CODE);
        TrainingRecipes.Code coded = Choices.choose(command, "--code", codeName, TrainingRecipes.CODES);
        TrainingRecipes.requireSteps(command, codeName, allSteps);
        Decoding decoded = Choices.choose(
                command,
                "--decoding",
                noted(decoding, trained, Model.DECODING, DEFAULT_DECODING),
                TrainingRecipes.DECODINGS);
        if (early != null) {
            Choices.requireRange(command, "--early", early, 1, allSteps);
            if (decoded != Decoding.COUNT || weights != null) {
                throw Choices.wrong(command, "--early needs --decoding count, and goes without --weights");
            }
        }
        requireFits(trained.network(), data, coded.of(allSteps), codeName);
        requireClasses(trained, data, decoded);
        Batching batching = new Batching(batch).withSeed(common.seed()).withCode(coded.of(allSteps));
        ElementType type = weights == null ? null : Choices.choose(command, "--weights", weights, IntegerRun.TYPES);
        Network.Folded folded = type == null ? null : trained.network().folded();
        Network network = folded == null ? trained.network() : folded.network();
        try (Evaluator evaluator = evaluator(trained, network, allSteps, batching, decoded)) {
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
                        quantized -> evaluator(trained, quantized.network(), allSteps, batching, decoded));
                say(EvaluationFacts.add(said, run.quantized().after()), run.facts());
            }
        }
        return 0;
    }

    private int runArray(Path array) throws IOException {
        for (Object given : new Object[] {labels, count, steps, code, decoding, weights, early, report}) {
            if (given != null) {
                throw Choices.wrong(
                        command,
                        "--labels, --count, --steps, --code, --decoding, --weights, --early and --report are for images");
            }
        }
        if (out != null) {
            AtomicFile.requireWritable(out);
        }
        ArrayRun run = ArrayRun.of(tensors.apply(command, Format.readAny(model)).requireModel(), array);
        if (out != null) {
            run.write(out);
        }
        Output output = common.output(command.commandLine().getOut());
        output.say(run.facts(model, array));
        output.end();
        return 0;
    }

    private Section facts(Model trained, Dataset data, int allSteps, String codeName, Decoding decoded) {
        List<String> notes = notes(trained, decoded);
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

    /** What a user should know of how the model was used. */
    private List<String> notes(Model trained, Decoding decoded) {
        Map<String, String> known = trained.notes();
        List<String> assumed = new ArrayList<>();
        if (code == null && !known.containsKey(Model.CODE)) {
            assumed.add("--code " + DEFAULT_CODE);
        }
        if (steps == null && !known.containsKey(Model.STEPS)) {
            assumed.add("--steps " + DEFAULT_STEPS);
        }
        if (decoding == null && !known.containsKey(Model.DECODING)) {
            assumed.add("--decoding " + DEFAULT_DECODING);
        }
        List<String> notes = new ArrayList<>();
        if (!assumed.isEmpty()) {
            notes.add("the file does not say how the model was trained; assumed: " + String.join(", ", assumed));
        }
        if (images == null && source.folder(command) == null && ImageSet.NAME.equals(known.get(ImageSet.NOTE))) {
            notes.add("the model was trained with the first " + TrainingData.SAMPLE_TRAINING
                    + " of these images, so the accuracy says little about new ones");
        }
        String wanted = known.getOrDefault(Model.DECODING, decoded.toString());
        if (!wanted.equals(decoded.toString())) {
            notes.add("decoded by " + decoded + ", while it was trained for " + wanted);
        }
        if (steps != null && trained.steps().orElse(steps) != steps) {
            notes.add("run for " + steps + " steps, while it was trained for "
                    + trained.steps().getAsInt());
        }
        if (code != null && !trained.code().orElse(code).equals(code)) {
            notes.add("images become " + code + ", while it was trained with " + known.get(Model.CODE));
        }
        return notes;
    }

    private Dataset data() throws IOException {
        if (images == null && source.file() == null && labels != null) {
            throw Choices.wrong(command, "--labels needs --images, the file of the images that it names");
        }
        if (images != null && source.isGiven()) {
            throw Choices.wrong(
                    command, "expected --images, --data or --sample, one of them: they name different images");
        }
        Dataset all;
        Path file = images == null ? source.file() : images;
        if (file != null) {
            Path classes = labels == null ? ImageSet.labelsBeside(file) : labels;
            if (classes == null) {
                throw Choices.wrong(command, "no labels lie beside " + file + ", expected --labels FILE");
            }
            all = Dataset.idx(file.toString(), Idx.read(file), Idx.read(classes));
        } else {
            Path folder = source.folder(command);
            all = folder == null ? ImageSet.sampleDataset() : Dataset.idxTest(folder);
        }
        if (count == null) {
            return all;
        }
        Choices.requireRange(command, "--count", count, 1, all.size());
        return all.range(0, count);
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
            throw new IOException(model + ": has " + classes + (classes == outputs ? " outputs" : " classes")
                    + ", expected at least " + data.classes() + ", one for each class of " + data);
        }
    }

    /** An evaluator of the outputs that the model notes, in blocks if they are a population code. */
    private Evaluator evaluator(Model trained, Network network, int allSteps, Batching batching, Decoding decoded) {
        Evaluator made = new Evaluator(network, allSteps, batching, common.threads(), trained.population());
        int classes = trained.classes().orElse(size(trained));
        if (classes != size(trained)) {
            made.loss(CrossEntropyLoss.count().withPopulationCode(classes));
        }
        return made.decoding(decoded);
    }

    private static String noted(@Nullable String given, Model trained, String note, String otherwise) {
        return given == null ? trained.notes().getOrDefault(note, otherwise) : given;
    }

    private int steps(Model trained) {
        if (steps == null) {
            return trained.steps().orElse(DEFAULT_STEPS);
        }
        Choices.requireRange(command, "--steps", steps, 1, MOST_STEPS);
        return steps;
    }
}
