package dev.spikelane.cli.format;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.model.NirImport;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What a graph of NIR does not say by itself. */
public final class NirOptions {

    @Option(
            names = "--time-step",
            paramLabel = "SECONDS",
            description = "The time step of a graph of NIR, which its file does not say; otherwise 0.0001.")
    private @Nullable Double timeStep;

    @Option(
            names = "--exact",
            description = "In a graph of NIR, decay by exp(-dt / tau) instead of by a step of Euler's method.")
    private boolean exact;

    /** Reads a file of any format, and a graph of NIR as these options say. */
    public Content read(CommandSpec command, Path file) throws IOException {
        Format format = Format.of(file);
        if (format instanceof NirFormat) {
            return new NirFormat(semantics(command)).read(file);
        }
        if (timeStep != null || exact) {
            throw Choices.wrong(command, "--time-step and --exact are for graphs of NIR, found " + file);
        }
        return format.read(file);
    }

    NirImport semantics(CommandSpec command) {
        NirImport said = exact ? NirImport.DEFAULT.withExactDecay() : NirImport.DEFAULT;
        try {
            return timeStep == null ? said : said.withTimeStep(timeStep);
        } catch (IllegalArgumentException refused) {
            throw Choices.wrong(command, "--time-step: " + refused.getMessage());
        }
    }
}
