package dev.spikelane.cli.run;

import dev.spikelane.cli.format.ReadOptions;
import dev.spikelane.cli.input.ArrayInput;
import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.OutputFile;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of a benchmark of a user's network. */
public final class BenchOptions {

    private static final long SEED = 42;
    private static final int MOST_STEPS = 100_000;
    private static final int DEFAULT_STEPS = 25;
    private static final int MOST_BATCH = 4_096;
    private static final int MOST_THREADS = 1_024;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Measure the network of this file: a model, a graph of NIR, or a file of tensors.")
    private @Nullable Path file;

    @Mixin
    private ReadOptions reading = new ReadOptions();

    @Option(
            names = "--input",
            paramLabel = "CODE",
            description = "With --model: frame, rate, latency, or pieces of random images, half of whose pixels are"
                    + " black, or a .npy file [steps, batch, ...]. Default: as the model was trained, else rate.")
    private @Nullable String input;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "With --model: time steps. Default: as the model was trained, else 25.")
    private @Nullable Integer steps;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "With --model: samples of a batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 1;

    @Option(names = "--threads", paramLabel = "N", description = "With --model: threads. Default: ${DEFAULT-VALUE}.")
    private int threads = 1;

    @Option(names = "--report", paramLabel = "FILE", description = "With --model: page with the same facts.")
    private @Nullable Path report;

    /**
     * A network and its input.
     *
     * @param inputs rows of all steps, or of one step for frames
     */
    public record Subject(
            Path file, Model model, String code, Map<String, Signal> inputs, int steps, int batch, int threads) {}

    public static Subject parse(String... arguments) throws IOException {
        CommandLine options = new CommandLine(new BenchOptions());
        options.parseArgs(arguments);
        BenchOptions parsed = options.getCommand();
        if (parsed.file == null) {
            throw new IllegalArgumentException("options are " + List.of(arguments) + ", expected --model FILE");
        }
        return parsed.read(options.getCommandSpec(), parsed.file);
    }

    public @Nullable Path file() {
        return file;
    }

    public @Nullable Path report() {
        return report;
    }

    public Subject read(CommandSpec command, Path from) throws IOException {
        Choices.requireRange(command, "--batch", batch, 1, MOST_BATCH);
        Choices.requireRange(command, "--threads", threads, 1, MOST_THREADS);
        OutputFile.PAGE.require(command, "--report", report);
        Model model = reading.read(command, from).requireModel();
        String code = input == null ? model.code().orElse("rate") : input;
        if (code.endsWith(".npy")) {
            ArrayInput array = ArrayInput.read(Path.of(code), model.network().inputs());
            String only = model.network().inputs().getFirst().name();
            return new Subject(from, model, code, Map.of(only, array.rows()), array.steps(), array.batch(), threads);
        }
        int all = steps == null ? model.steps().orElse(DEFAULT_STEPS) : steps;
        Choices.requireRange(command, "--steps", all, 1, MOST_STEPS);
        InputEncoding coded =
                Choices.choose(command, "--input", code, TrainingRecipes.CODES).of(all);
        TrainingRecipes.requireSteps(command, code, all);
        Map<String, Signal> inputs = new LinkedHashMap<>();
        TorchRandom random = new TorchRandom(SEED);
        for (Input each : model.network().inputs()) {
            inputs.put(each.name(), encoded(coded, code.equals("pieces") ? all : 1, each, random));
        }
        return new Subject(from, model, code, inputs, all, batch, threads);
    }

    /** Encodes random images. */
    private Signal encoded(InputEncoding code, int pieces, Input input, TorchRandom random) {
        FloatMatrix images = random.rand(batch, input.shape().size() * pieces);
        for (int row = 0; row < images.rows(); row++) {
            for (int column = 0; column < images.columns(); column++) {
                images.set(row, column, Math.max(0, 2 * images.get(row, column) - 1));
            }
        }
        CounterRandom.Draws draws = CounterRandom.Draws.encoding(SEED, batch);
        draws.setSamples(IntStream.range(0, batch).toArray(), 0, batch);
        Signal rows = code.allocate(batch, images.columns());
        code.encode(images, draws, rows);
        return rows;
    }
}
