package dev.spikelane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Stands in the help for what the launcher starts: benchmarks are a program of their own, which this one does not contain. */
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

    @Parameters(arity = "0..*", paramLabel = "WORDS", description = "Measure the rows that have all of these words.")
    private String[] words = {};

    @Override
    public void run() {
        throw new ParameterException(
                command.commandLine(),
                "bench" + (words.length == 0 ? "" : " " + String.join(" ", words))
                        + " is started by the launcher of a checkout, ./spikelane bench");
    }
}
