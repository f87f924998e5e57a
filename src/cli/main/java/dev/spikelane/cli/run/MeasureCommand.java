package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Value;
import dev.spikelane.cli.run.ModelImages.Opened;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Measures;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "measure",
        abbreviateSynopsis = true,
        description = {
            "Measure a model on images by the names of NeuroBench 2.3: footprint, sparsities, synaptic operations and"
                    + " membrane updates; and time and energy."
        },
        footer = {
            "  ./spikelane measure --model m.safetensors --sample",
            "  ./spikelane measure --model m.safetensors --sample --json | jq .effective_acs"
        })
public final class MeasureCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private ModelImages use = new ModelImages();

    @Override
    public Integer call() throws IOException {
        use.require(command);
        Opened opened = use.open(command);
        try (Evaluator evaluator = use.evaluator(opened, opened.trained().network())) {
            Output output = use.common().output(command.commandLine().getOut());
            output.say(facts(use.facts(command, opened), evaluator.measure(opened.data())));
            output.keep(Machine.facts());
            output.end();
        }
        return 0;
    }

    private static Section facts(Section section, Measures measures) {
        double joules = measures.cost().joules();
        return section.say(
                        "Accuracy",
                        "%.2f %%",
                        percent("accuracy", measures.result().accuracy()))
                .say("Footprint", "%,d bytes", named("footprint", measures.footprint()))
                .say(
                        "Sparsity",
                        "of connections %.2f %%, of activations %.2f %%",
                        percent("connection_sparsity", measures.connectionSparsity()),
                        percent("activation_sparsity", measures.activationSparsity()))
                .say(
                        "Operations",
                        "per image: %,.1f dense; effective: %,.1f MACs, %,.1f ACs",
                        named("dense", measures.dense()),
                        named("effective_macs", measures.effectiveMacs()),
                        named("effective_acs", measures.effectiveAcs()))
                .say("Updates", "%,.1f membranes per image", named("membrane_updates", measures.membraneUpdates()))
                .say(
                        "Time",
                        "%,.1f us per image",
                        new Value(
                                "seconds",
                                measures.cost().seconds(),
                                1e6 * measures.cost().seconds()))
                .say(
                        "Energy",
                        Double.isNaN(joules) ? "%2$s" : "%,.1f uJ per image, %s",
                        new Value("joules", joules, 1e6 * joules),
                        named("energy_source", measures.cost().source()));
    }
}
