package dev.spikelane.cli.format;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.model.Model;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options for facts that a file of tensors or a NIR graph lacks. */
public final class ReadOptions {

    @Option(
            names = "--part",
            paramLabel = "NAME",
            description = "Read this dictionary of a checkpoint {'model': ..., 'optimizer': ...}.")
    private @Nullable String part;

    @Option(names = "--round", description = "Round tensors of float64 to float32, and print by how much.")
    private boolean round;

    @Option(
            names = "--layers",
            paramLabel = "TEXT",
            description = {
                "The layers of a file of tensors, as torch prints them, with the shape of the input first, as in"
                        + " \"1x28x28, conv1: Conv2d(1, 12, 5), MaxPool2d(2), lif1: Leaky, fc1: Linear, lif2: Leaky\"."
            })
    private @Nullable String layers;

    @Option(
            names = "--time-step",
            paramLabel = "SECONDS",
            description = "Time step of a graph of NIR, which its file does not contain. Default: 0.0001.")
    private @Nullable Double timeStep;

    @Option(names = "--exact", description = "Decay by exp(-dt / tau) in a graph of NIR, instead of Euler's method.")
    private boolean exact;

    public Content read(CommandSpec command, Path file) throws IOException {
        Format format = Format.of(file);
        if (format instanceof NirFormat) {
            format = new NirFormat(semantics(command));
        } else if (timeStep != null || exact) {
            throw Choices.wrong(command, "--time-step and --exact are for graphs of NIR, found " + file);
        }
        Content content = format.read(file);
        if (part == null && !round && layers == null) {
            return content;
        }
        StateDict state = content.state();
        if (state == null) {
            throw new IOException(content.file() + ": is a " + content.format()
                    + ", expected a file of tensors for --part, --round and --layers");
        }
        try {
            state = part == null ? state : state.part(part);
        } catch (IllegalArgumentException none) {
            throw Choices.wrong(command, "--part: " + none.getMessage());
        }
        state = round ? state.rounded() : state;
        Model model = layers == null ? null : Model.of(state.network(layers));
        List<String> notices = new ArrayList<>(state.warnings());
        return new Content(content.file(), content.format(), model, model == null ? state : null, notices);
    }

    NirImport semantics(CommandSpec command) {
        NirImport declared = exact ? NirImport.DEFAULT.withExactDecay() : NirImport.DEFAULT;
        try {
            return timeStep == null ? declared : declared.withTimeStep(timeStep);
        } catch (IllegalArgumentException refused) {
            throw Choices.wrong(command, "--time-step: " + refused.getMessage());
        }
    }
}
