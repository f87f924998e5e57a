package dev.spikelane.model.c;

import dev.spikelane.connection.Connection;
import dev.spikelane.description.InputDescription;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.equation.C99;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.simd.TorchLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes a network as a C99 file. */
public final class CNetwork {

    /** The options of {@link dev.spikelane.model.CExport}; {@code frame} means values that rarely change. */
    public record Options(String name, boolean values, boolean frame, List<String> outputs, int testSteps) {

        boolean keepsCurrents() {
            return values && frame;
        }

        /** Returns the steps of the self-test for one input. */
        int stepsOfInput() {
            return keepsCurrents() ? 3 : 1;
        }
    }

    private final Network network;
    private final NetworkDescription declared;
    private final Options options;
    private final Function<Connection, Consumer<COperator>> forms;
    private final CFile file = new CFile();
    private final List<CNeurons> neurons = new ArrayList<>();
    private final Map<SourceDescription, CSource> sources = new LinkedHashMap<>();

    /** C conditions, true if the frame of an input has changed. */
    private final Map<SourceDescription, String> changes = new LinkedHashMap<>();

    private final List<String> parameters = new ArrayList<>();

    private CNetwork(Network network, Options options, Function<Connection, Consumer<COperator>> forms) {
        this.network = network;
        this.forms = forms;
        this.declared = network.laidOut().description();
        this.options = options;
    }

    /**
     * Returns the text of a file.
     *
     * @param forms writes the operators of each connection
     * @throws IllegalArgumentException if a part of the network has no form in C
     */
    public static String text(Network network, Options options, Function<Connection, Consumer<COperator>> forms) {
        return network.laidOut().guard().read(() -> new CNetwork(network, options, forms).all());
    }

    /** Returns the exception for neurons without a form in C. */
    public static IllegalArgumentException refused(String population, Neuron neuron, String reason) {
        return new IllegalArgumentException("population '" + population + "' has "
                + neuron.getClass().getSimpleName() + ", which cannot be written in C: " + reason);
    }

    private String all() {
        String prefix = file.prefix(options.name());
        inputs();
        List<String> outputs = options.outputs().stream().map(file::name).toList();
        for (int i = 0; i < declared.populations().size(); i++) {
            neurons.add(new CNeurons(
                    file, declared.populations().get(i), network.laidOut().neurons(i)));
        }
        declared.projections().forEach(each -> source(each.source()).reach(each.delay()));
        sources.values().forEach(CSource::declare);
        for (int population : order()) {
            step(population);
        }
        for (int i = 0; i < outputs.size(); i++) {
            output(options.outputs().get(i), outputs.get(i));
        }
        sources.values().forEach(CSource::keep);
        return assemble(prefix);
    }

    private void inputs() {
        for (int i = 0; i < declared.inputs().size(); i++) {
            InputDescription input = declared.inputs().get(i);
            String name = file.name(input.name());
            String type = options.values() ? "float" : "uint8_t";
            parameters.add(CText.of("const %s %s[%d]", type, name, input.shape().size()));
            String row = name;
            SourceDescription source = new SourceDescription.OfInput(i);
            boolean isRead = declared.projections().stream()
                    .anyMatch(each -> each.source().equals(source));
            if (!isRead) {
                file.statement("(void) %s", name);
            } else if (options.keepsCurrents()) {
                changes.put(source, changes(input, name));
            }
            if (isRead && TorchLayout.differs(input.shape())) {
                row = file.name(input.name() + "_rows");
                file.memory(
                        type,
                        options.values() ? Float.BYTES : 1,
                        row,
                        input.shape().size(),
                        false);
                file.comment(input.name() + ", channels last");
                CPath.reorder(file, input.shape(), name, row, true);
            }
            sources.put(
                    source, new CSource(file, input.name(), input.shape().size(), new CRow(row, !options.values())));
        }
    }

    /** Compares the bits of a frame with the previous frame. The first frame counts as changed. */
    private String changes(InputDescription input, String name) {
        String before = file.name(input.name() + "_before");
        String known = file.name(input.name() + "_known");
        String changes = file.name(input.name() + "_changes");
        file.memory("float", Float.BYTES, before, input.shape().size(), false);
        file.counter(known);
        file.comment(input.name() + ", whose currents are kept while it stays as it is");
        file.statement("const int %s = !%s || memcmp(%s, %s, sizeof %3$s) != 0", changes, known, before, name);
        file.statement("memcpy(%s, %s, sizeof %1$s)", before, name);
        file.statement("%s = 1", known);
        return changes;
    }

    private CSource source(SourceDescription source) {
        return sources.computeIfAbsent(source, _ -> {
            int population = source.ofPopulation().orElseThrow();
            PopulationDescription of = declared.populations().get(population);
            CRow row = source instanceof SourceDescription.OfVariable variable
                    ? new CRow(neurons.get(population).variable(variable.variable()), false)
                    : new CRow(neurons.get(population).spikes, true);
            return new CSource(file, row.c(), of.size(), row);
        });
    }

    /** Returns the populations, each after its sources without a delay. */
    private List<Integer> order() {
        List<Integer> order = new ArrayList<>();
        while (order.size() < declared.populations().size()) {
            for (int i = 0; i < declared.populations().size(); i++) {
                if (!order.contains(i) && isReady(i, order)) {
                    order.add(i);
                }
            }
        }
        return order;
    }

    private boolean isReady(int population, List<Integer> done) {
        return declared.projections().stream()
                .filter(each -> each.target() == population && each.delay() == 0)
                .flatMapToInt(each -> each.source().ofPopulation().stream())
                .allMatch(done::contains);
    }

    private void step(int population) {
        declared.populations().get(population).neuron().ports().forEach(port -> port(population, port));
        neurons.get(population).write();
    }

    /** Adds the complete currents of projections in order of declaration. */
    private void port(int population, String port) {
        int size = declared.populations().get(population).size();
        boolean first = true;
        for (int i = 0; i < declared.projections().size(); i++) {
            ProjectionDescription projection = declared.projections().get(i);
            if (projection.target() != population || !projection.port().equals(port)) {
                continue;
            }
            CRow row = Objects.requireNonNull(sources.get(projection.source())).before(projection.delay());
            String sum = file.port(port);
            String changed = projection.delay() > 0 ? null : changes.get(projection.source());
            String into = changed != null ? kept(i, size) : file.room(first ? sum : "added", size);
            int start = file.step.length();
            new CPath(file, network, i).write(row, into, forms);
            if (changed != null) {
                String whole = file.step.substring(start + 1).indent(4); // without the empty line
                file.step.setLength(start);
                file.step
                        .append("    if (")
                        .append(changed)
                        .append(") {\n")
                        .append(whole)
                        .append("    }\n");
            }
            if (changed != null && first) {
                file.statement("memcpy(%s, %s, sizeof %2$s)", file.room(sum, size), into);
            } else if (!first) {
                file.step.append("    for (int i = 0; i < ").append(size).append("; i++) {\n");
                file.step.append(CText.of("        %s[i] += %s[i];\n    }\n", sum, into));
            }
            first = false;
        }
    }

    private String kept(int projection, int size) {
        String name = file.name(declared.projections().get(projection).name() + "_currents");
        file.memory("float", Float.BYTES, name, size, false);
        return name;
    }

    private void output(String population, String parameter) {
        PopulationDescription of = declared.populations().stream()
                .filter(each -> each.name().equals(population))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no population '" + population + "' to give spikes, expected one of "
                                + declared.populations().stream()
                                        .map(PopulationDescription::name)
                                        .toList()));
        String spikes = neurons.get(declared.populations().indexOf(of)).spikes;
        parameters.add(CText.of("uint8_t %s[%d]", parameter, of.size()));
        file.comment("the spikes of " + population);
        if (TorchLayout.differs(of.shape())) {
            CPath.reorder(file, of.shape(), spikes, parameter, false);
        } else {
            file.statement("memcpy(%s, %s, sizeof %s)", parameter, spikes, spikes);
        }
    }

    private String assemble(String prefix) {
        String signature = CText.of("void %s_step(%s)", prefix, String.join(", ", parameters));
        String rooms = file.roomText();
        StringBuilder text = new StringBuilder(header(prefix, signature));
        text.append("#include <math.h>\n#include <stdint.h>\n#include <string.h>\n\n");
        text.append("#ifdef __FAST_MATH__\n#error \"-ffast-math changes results\"\n#endif\n\n");
        text.append(CText.of("void %s_reset(void);\n%s;\n\n", prefix, signature));
        text.append("/* Memory of a step, and from step to step. */\n");
        text.append(rooms).append(file.memory).append('\n');
        text.append(C99.functions(file.operations));
        text.append(file.functionText()).append(file.constants);
        text.append(CText.of("/* Makes the network ready for a first step. */\nvoid %s_reset(void)\n{\n", prefix));
        text.append(file.reset)
                .append("}\n\n/* Takes the network through a step. */\n")
                .append(signature)
                .append("\n{");
        text.append(file.step).append("}\n");
        return text.append(CSelfTest.text(network, prefix, options)).toString();
    }

    private String header(String prefix, String signature) {
        String inputs = declared.inputs().stream()
                .map(input -> input.name() + " " + input.shape())
                .collect(Collectors.joining(", "));
        return CText.comment(CText.of(
                                """
                A spiking neural network: inputs %s, populations %s.
                Written by Spikelane.

                    void %s_reset(void);
                    %s;

                A reset comes first. A step takes %s, and gives a byte
                for each neuron, 1 where it fires; maps are in the order channels, height, width. No library is needed
                and no memory allocated: %,d bytes change, and %,d are constants. Not for several threads at a
                time. Compile with

                    cc -std=c99 -O3 -ffp-contract=off -c FILE.c

                because sums have one order: what the network does is the same on every machine. The self-test runs
                it on inputs at random and compares spikes with those of the library; with a number, it measures so
                many steps:

                    cc -std=c99 -O3 -ffp-contract=off -D%s_TEST FILE.c -o test && ./test 1000
                """,
                                inputs,
                                declared.populations().stream()
                                        .map(each -> each.name() + " " + each.shape())
                                        .collect(Collectors.joining(", ")),
                                prefix,
                                signature,
                                options.values() ? "values" : "a byte for each input, 1 for a spike",
                                file.memoryBytes(),
                                file.constantBytes(),
                                prefix.toUpperCase(Locale.ROOT)))
                        .indent(1)
                        .replaceAll("(?m)^ ", " * ")
                        .replaceAll("(?m)^ \\* $", " *")
                        .replaceFirst("^", "/*\n")
                + " */\n\n";
    }
}
