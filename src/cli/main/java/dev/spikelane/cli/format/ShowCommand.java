package dev.spikelane.cli.format;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Table;
import dev.spikelane.cli.output.TextPrinter;
import dev.spikelane.cli.output.Value;
import dev.spikelane.io.Tensor;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.Neuron;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "show",
        description = {
            "Print what a file of a network or of tensors holds: populations, projections, shapes, parameters,"
                    + " semantics and sizes.",
            "The format is recognized by the file's first bytes."
        },
        footer = {
            "  ./spikelane show model.safetensors",
            "  ./spikelane show model.pth",
            "  ./spikelane show model.safetensors --json | jq .values"
        })
public final class ShowCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The file.")
    private Path file = Path.of("");

    @Mixin
    private ReadOptions reading = new ReadOptions();

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Content content = reading.read(command, file);
        PrintWriter out = command.commandLine().getOut();
        Output output =
                new Output(new TextPrinter(json ? new PrintWriter(Writer.nullWriter()) : out), json ? out : null);
        output.say(head(content));
        Model model = content.model();
        if (model == null) {
            output.say(tensors(content.tensors()));
        } else {
            output.say(populations(model.network()));
            List<Section> units = units(model.network());
            if (!units.isEmpty()) {
                output.say(table("units", "Units", Set.of("population", "name", "unit"), units));
            }
            output.say(projections(model.network()), values(model.network()));
        }
        output.end();
        return 0;
    }

    private static Section head(Content content) throws IOException {
        Section section = Section.of("", content.file().toString())
                .say(
                        "Format",
                        "%s, %d bytes",
                        named("format", content.format()),
                        named("bytes", Files.size(content.file())));
        content.metadata().forEach((name, text) -> section.say("Note", "%s: %s", name, text));
        section.value("metadata", content.metadata()).value("notices", content.notices());
        content.notices().forEach(notice -> section.say("Notice", "%s", notice));
        return section;
    }

    private static Section populations(Network network) {
        List<Section> rows = new ArrayList<>();
        network.inputs()
                .forEach(input -> rows.add(population(
                        input.name(), input.shape().toString(), input.shape().size(), "input")));
        for (int i = 0; i < network.populations().size(); i++) {
            Population each = network.populations().get(i);
            Neuron now = network.laidOut().population(i).neuron();
            rows.add(population(each.name(), each.shape().toString(), each.size(), now.toString()));
        }
        return table("populations", "Populations", Set.of("name", "shape", "model"), rows);
    }

    private static Section population(String name, String shape, int neurons, String model) {
        return Section.of("")
                .say("name", "%s", named("name", name))
                .say("shape", "%s", named("shape", shape))
                .say("neurons", "%d", named("neurons", neurons))
                .say("model", "%s", named("model", model));
    }

    /** Returns the units of variables, ports and parameters. */
    private static List<Section> units(Network network) {
        List<Section> rows = new ArrayList<>();
        for (Population each : network.populations()) {
            Neuron neuron = each.neuron();
            Stream.of(neuron.variables(), neuron.ports(), neuron.parameters().keySet())
                    .flatMap(Collection::stream)
                    .filter(name -> !neuron.unit(name).isEmpty())
                    .forEach(name -> rows.add(Section.of("")
                            .say("population", "%s", named("population", each.name()))
                            .say("name", "%s", named("name", name))
                            .say("unit", "%s", named("unit", neuron.unit(name)))));
        }
        return rows;
    }

    private static Section projections(Network network) {
        List<Section> rows = new ArrayList<>();
        for (Projection each : network.projections()) {
            rows.add(Section.of("")
                    .say("name", "%s", named("name", each.name()))
                    .say("from", "%s", named("from", each.source().name()))
                    .say("to", "%s", named("to", each.target().name()))
                    .say("port", "%s", named("port", each.port()))
                    .say("delay", "%d", named("delay", each.delay()))
                    .say("path", "%s", named("path", each.path().toString())));
        }
        return table("projections", "Projections", Set.of("name", "from", "to", "port", "path"), rows);
    }

    private static Section values(Network network) {
        List<Section> rows = new ArrayList<>();
        for (String name : network.weights().names()) {
            rows.add(value(
                    name,
                    network.weights().type(name).toString(),
                    network.weights().shape(name)));
        }
        return table("values", "Values", Set.of("name", "type", "shape"), rows);
    }

    private static Section tensors(List<Tensor> tensors) {
        List<Section> rows = tensors.stream()
                .map(each -> value(each.name(), each.type().toString(), each.shape()))
                .toList();
        return table("tensors", "Tensors", Set.of("name", "type", "shape"), rows);
    }

    private static Section value(String name, String type, List<Integer> shape) {
        return Section.of("")
                .say("name", "%s", new Value("name", name, name.isEmpty() ? "''" : name))
                .say("type", "%s", named("type", type))
                .say("shape", "%s", named("shape", shape))
                .say(
                        "items",
                        "%d",
                        named(
                                "items",
                                shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b)));
    }

    private static Section table(String key, String title, Set<String> words, List<Section> rows) {
        Section section = Section.of("", title);
        return rows.isEmpty() ? section.value(key, rows) : section.add(new Table(key, "", words, rows));
    }
}
