package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.format.ReadOptions;
import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.train.TrainCommand;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options for a model, its images and its use. */
final class ModelImages {

    private static final int MOST_BATCH = 4_096;

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

    @Mixin
    private UseOptions use = new UseOptions();

    @Option(names = "--batch", paramLabel = "N", description = "Images of a batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 128;

    @Mixin
    private CommonOptions common = new CommonOptions();

    /** A model and images that fit. */
    record Opened(Model trained, Dataset data, int steps, String codeName, Batching batching, Decoding decoding) {}

    Path model() {
        return model;
    }

    CommonOptions common() {
        return common;
    }

    /** Returns true if an option is given that does not apply to arrays. */
    boolean isOfImages() {
        return images.isGiven() || use.isGiven();
    }

    @Nullable
    Path array() {
        return images.array();
    }

    Model read(CommandSpec command) throws IOException {
        return reading.read(command, model).requireModel();
    }

    void require(CommandSpec command) {
        Choices.requireRange(command, "--batch", batch, 1, MOST_BATCH);
        common.require(command);
    }

    Opened open(CommandSpec command) throws IOException {
        Dataset data = images.data(command);
        Model trained = read(command);
        int steps = use.steps(command, trained);
        String codeName = use.code(trained);
        TrainingRecipes.Code coded = TrainingRecipes.code(command, codeName);
        TrainingRecipes.requireSteps(command, codeName, steps);
        Decoding decoded = use.decoding(command, trained);
        requireFits(trained.network(), data, coded.of(steps), codeName);
        requireClasses(trained, data, decoded);
        Batching batching = new Batching(batch).withSeed(common.seed()).withCode(coded.of(steps));
        return new Opened(trained, data, steps, codeName, batching, decoded);
    }

    Section facts(CommandSpec command, Opened opened) {
        List<String> notes = use.notes(opened.trained, opened.decoding);
        Section section = Section.of("", "Model " + model)
                .value("model", model.toString())
                .say(
                        "Network",
                        "%s",
                        opened.trained.network().populations().stream()
                                .map(population -> population.name() + " " + population.size())
                                .collect(Collectors.joining(", ")))
                .say(
                        "Images",
                        "%s, as %s, %d steps",
                        named("data", opened.data.toString()),
                        named("code", opened.codeName),
                        named("steps", opened.steps))
                .value("notes", notes);
        notes.forEach(note -> section.say("Note", "%s", note));
        return section;
    }

    /** Checks before the run, so that errors can name options. */
    private void requireFits(Network network, Dataset data, InputEncoding inputs, String codeName) throws IOException {
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

    Evaluator evaluator(Opened opened, Network network) {
        return TrainingRecipes.evaluator(
                opened.trained, network, opened.steps, opened.batching, common.threads(), opened.decoding);
    }
}
