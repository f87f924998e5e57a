package dev.spikelane.cli;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.run.BenchOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Describes the benchmarks in the help. They are a separate program, which the launcher starts; it replaces this class
 * to measure a model.
 */
@Command(
        name = "bench",
        abbreviateSynopsis = true,
        description = {
            "Measure the kernels and networks of this machine, or your own network, against their rooflines, C and"
                    + " other libraries.",
            "The launcher of a checkout builds and starts it; bench/README.md describes it."
        },
        footer = {
            "  ./spikelane bench",
            "  ./spikelane bench --model spikelane-model.safetensors",
            "  ./spikelane bench --model m.safetensors --input rate --batch 16 --threads 2",
            "  ./spikelane bench --full 'spike matmul'"
        })
public class BenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(names = "--full", description = "Measure everything, in about half an hour, with results in files.")
    private boolean full;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "File for the figures of --full or --model. Default: spikelane-bench.json, or none.")
    private @Nullable Path json;

    @Option(
            names = "--markdown",
            paramLabel = "FILE",
            description = "File for the tables of --full. Default: spikelane-bench.md.")
    private @Nullable Path markdown;

    @Parameters(arity = "0..*", paramLabel = "WORDS", description = "Measure the rows that have all of these words.")
    private String[] words = {};

    @Override
    public final Integer call() throws IOException {
        Path file = options.file();
        if (file != null && (full || markdown != null || words.length > 0)) {
            throw Choices.wrong(
                    command,
                    "--full, --markdown and words choose among listed works, expected none of them with --model");
        }
        return measure(options, file, json, command);
    }

    /**
     * Measures a model.
     *
     * @param json file for the figures; null for none
     */
    protected int measure(BenchOptions chosen, @Nullable Path file, @Nullable Path json, CommandSpec command)
            throws IOException {
        throw Choices.wrong(
                command,
                "bench" + (file == null ? "" : " --model " + file)
                        + (full ? " --full" : "")
                        + (json == null ? "" : " --json " + json)
                        + (markdown == null ? "" : " --markdown " + markdown)
                        + (words.length == 0 ? "" : " " + String.join(" ", words))
                        + " is started by the launcher of a checkout, ./spikelane bench");
    }
}
