package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.OutputFile;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.TextPrinter;
import dev.spikelane.memory.ElementType;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        description = {
            "Write a model as one file of C99: fixed memory, no libraries, a function for a step, and a self-test. It"
                    + " makes the same spikes as Spikelane."
        },
        footer = {
            "  ./spikelane export spikelane-model.safetensors --c network.c",
            "  ./spikelane export m.safetensors --c network.c --weights int8",
            "  cc -std=c99 -O3 -ffp-contract=off -DNETWORK_TEST network.c -o test",
            "  ./test 1000"
        })
public final class ExportCommand implements Callable<Integer> {

    private static final Map<String, ElementType> WEIGHTS = new HashMap<>(TrainingRecipes.INTEGERS);

    static {
        WEIGHTS.put("float", ElementType.FLOAT32);
    }

    private static final Map<String, Boolean> INPUTS = Map.of("spikes", false, "values", true);

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "Model file. Integers in it stay unchanged.")
    private Path model = Path.of("");

    @Option(names = "--c", paramLabel = "FILE", required = true, description = "C file to write.")
    private Path file = Path.of("");

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description = "int8, int16, int4 or ternary: round the weights of dense connections and convolutions to"
                    + " integers. float: write integers of the file as the floats that 'run' and Classifier"
                    + " use.")
    private @Nullable String weights;

    @Option(
            names = "--input",
            paramLabel = "KIND",
            description = "spikes or values: the input of a step. Default: as the model was trained, else spikes.")
    private @Nullable String input;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Prefix of the names of functions. Default: ${DEFAULT-VALUE}.")
    private String name = "network";

    @Override
    public Integer call() throws IOException {
        ElementType type = weights == null ? null : Choices.choose(command, "--weights", weights, WEIGHTS);
        Boolean values = input == null ? null : Choices.choose(command, "--input", input, INPUTS);
        OutputFile.C.require(command, "--c", file);
        Model floats = ModelFile.readModel(model);
        Network network = type == ElementType.FLOAT32 ? floats.network() : ModelFile.readIntegers(model);
        Network written = type == null || type == ElementType.FLOAT32 ? network : network.quantized(type);
        try {
            CExport export = CExport.of(new Model(written, floats.notes())).withName(name);
            (values == null ? export : export.withValues(values)).write(file);
        } catch (IllegalArgumentException refused) {
            throw new IOException(model + ": " + refused.getMessage(), refused);
        }
        Section declared = Section.of("")
                .say("Wrote", "%s, %,d bytes", named("file", file.toString()), named("bytes", Files.size(file)));
        new TextPrinter(command.commandLine().getOut(), "%-6s  %s").add(declared);
        return 0;
    }
}
