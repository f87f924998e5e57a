package dev.spikelane.cli.run;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.OutputFile;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.run.ModelImages.Opened;
import dev.spikelane.cli.train.EvaluationFacts;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.plot.Report;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        abbreviateSynopsis = true,
        description = {
            "Run a model on images: accuracy, confusion matrix, and spikes and synaptic operations per image against"
                    + " the multiplications and additions of a dense network; or on an array of NumPy,"
                    + " --data FILE.npy of [steps, batch, ...]: spikes and label of each sample."
        },
        footer = {
            "  ./spikelane run --model spikelane-model.safetensors",
            "  ./spikelane run --model m.safetensors --sample --decoding count",
            "  ./spikelane run --model m.safetensors --images t10k-images-idx3-ubyte",
            "  ./spikelane run --model m.safetensors --decoding count --json | jq .accuracy",
            "  ./spikelane run --model m.safetensors --weights int8",
            "  ./spikelane run --model m.safetensors --decoding count --early 5",
            "  ./spikelane run --model net.nir --data spikes.npy --out recorded.npz"
        })
public final class RunCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private ModelImages use = new ModelImages();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "With --data FILE.npy: write the output's spikes and membranes as an archive, .npz.")
    private @Nullable Path out;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description =
                    "int8, int16, int4 or ternary: round the weights of dense connections and convolutions to integers,"
                            + " and compare with floats; batch norms are folded into them first.")
    private @Nullable String weights;

    @Option(
            names = "--early",
            paramLabel = "N",
            description = "Also end images as soon as their class is decided, checked after every N steps, one image"
                    + " after the other; with --decoding count.")
    private @Nullable Integer early;

    @Option(names = "--report", paramLabel = "FILE", description = "Page with the confusion matrix.")
    private @Nullable Path report;

    @Override
    public Integer call() throws IOException {
        use.require(command);
        OutputFile.PAGE.require(command, "--report", report);
        Path array = use.array();
        if (array != null) {
            return runArray(array);
        }
        if (out != null) {
            throw Choices.wrong(command, "--out needs an array of NumPy, --data FILE.npy");
        }
        Opened opened = use.open(command);
        Model trained = opened.trained();
        if (early != null) {
            Choices.requireRange(command, "--early", early, 1, opened.steps());
            if (opened.decoding() != Decoding.COUNT || weights != null) {
                throw Choices.wrong(command, "--early needs --decoding count, and goes without --weights");
            }
        }
        ElementType type =
                weights == null ? null : Choices.choose(command, "--weights", weights, TrainingRecipes.INTEGERS);
        Network.Folded folded = type == null ? null : trained.network().folded();
        Network network = folded == null ? trained.network() : folded.network();
        try (Evaluator evaluator = use.evaluator(opened, network)) {
            Section declared = use.facts(command, opened);
            Dataset data = opened.data();
            if (folded != null && !folded.changes().isEmpty()) {
                List<Network.FoldedValues> changes = folded.changes();
                declared.say(
                        "Folded",
                        "batch norms, into the weights before them" + "\n%s".repeat(changes.size()),
                        changes.toArray());
            }
            if (early != null) {
                EvaluationFacts.add(declared, evaluator.evaluate(data));
                say(
                        declared,
                        EarlyRun.of(
                                        trained,
                                        data,
                                        opened.batching().code(),
                                        opened.steps(),
                                        early,
                                        opened.batching().seed())
                                .facts());
            } else if (type == null) {
                say(EvaluationFacts.add(declared, evaluator.evaluate(data)));
            } else {
                IntegerRun run =
                        IntegerRun.of(type, data, evaluator, quantized -> use.evaluator(opened, quantized.network()));
                say(EvaluationFacts.add(declared, run.quantized().after()), run.facts());
            }
        }
        return 0;
    }

    private int runArray(Path array) throws IOException {
        if (use.isOfImages() || weights != null || early != null || report != null) {
            throw Choices.wrong(
                    command,
                    "--labels, --count, --steps, --code, --decoding, --weights, --early and --report are for images");
        }
        OutputFile.RECORDING.require(command, "--out", out);
        ArrayRun run = ArrayRun.of(use.read(command), array);
        if (out != null) {
            run.write(out);
        }
        Output output = use.common().output(command.commandLine().getOut());
        output.say(run.facts(use.model(), array));
        output.end();
        return 0;
    }

    private void say(Section... sections) throws IOException {
        if (report != null) {
            Report page = Report.of("Spikelane run").text(sections[0].title());
            PagePrinter.list(page, sections);
            PagePrinter.confusion(page, "Confusion", sections[0]);
            page.write(report);
        }
        Output output = use.common().output(command.commandLine().getOut());
        output.say(sections);
        output.keep(Machine.facts());
        output.end();
    }
}
