package dev.spikelane.cli;

import dev.spikelane.cli.input.Choices;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Stands in the help for what the launcher starts: benchmarks are a program of their own, which this one does not
 * contain.
 */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measure the kernels and networks of this machine against their rooflines, C and other libraries.",
            "The launcher of a checkout builds and starts it; bench/README.md describes it."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  ./spikelane bench", "  ./spikelane bench network", "  ./spikelane bench --full 'spike matmul'"})
final class BenchCommand implements Runnable {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--full", description = "Measure everything, in about half an hour, with results in files.")
    private boolean full;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where the figures of --full go. Default: spikelane-bench.json.")
    private @Nullable Path json;

    @Option(
            names = "--markdown",
            paramLabel = "FILE",
            description = "Where the tables of --full go. Default: spikelane-bench.md.")
    private @Nullable Path markdown;

    @Parameters(arity = "0..*", paramLabel = "WORDS", description = "Measure the rows that have all of these words.")
    private String[] words = {};

    @Override
    public void run() {
        throw Choices.wrong(
                command,
                "bench" + (full ? " --full" : "")
                        + (json == null ? "" : " --json " + json)
                        + (markdown == null ? "" : " --markdown " + markdown)
                        + (words.length == 0 ? "" : " " + String.join(" ", words))
                        + " is started by the launcher of a checkout, ./spikelane bench");
    }
}
