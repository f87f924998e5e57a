package dev.spikelane.cli;

import dev.spikelane.cli.input.Choices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Describes the example programs for Spark in the help; the launcher starts them. */
@Command(
        name = "spark",
        description = {
            "Run an example program on Apache Spark: Classify, Train.",
            "The launcher of a checkout downloads it, 319 MB, once; src/site/markdown/spark.md describes it."
        },
        footer = {"  ./spikelane spark --help", "  ./spikelane spark Classify m.safetensors images.parquet predictions"
        })
final class SparkCommand implements Runnable {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Unmatched
    private String[] words = {};

    @Override
    public void run() {
        throw Choices.wrong(
                command,
                "spark " + String.join(" ", words) + " is started by the launcher of a checkout, ./spikelane spark");
    }
}
