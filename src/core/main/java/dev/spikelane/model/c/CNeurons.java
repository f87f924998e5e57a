package dev.spikelane.model.c;

import dev.spikelane.description.PopulationDescription;
import dev.spikelane.engine.BoundPopulation;
import dev.spikelane.equation.C99;
import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import dev.spikelane.neuron.NeuronGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes the state of a population, and the loop of its step. */
final class CNeurons {

    private final CFile file;
    private final PopulationDescription population;
    private final Program program;
    private final Equations equations;
    private final EquationParameters parameters;
    /** Array names of variables, and of parameters with a value for each neuron. */
    private final Map<String, String> arrays = new HashMap<>();

    private final List<String> variables;

    final String spikes;

    CNeurons(CFile file, PopulationDescription population, NeuronGroup group) {
        NeuronText text = text(population, group);
        this.equations = text.equations();
        if (!equations.noises().isEmpty()) {
            throw CNetwork.refused(population.name(), population.neuron(), "noise is drawn at random");
        }
        if (equations.line() != null) {
            throw CNetwork.refused(population.name(), population.neuron(), "its input is delayed");
        }
        this.file = file;
        this.population = population;
        this.program = equations.forward(1, List.of(), new Graph());
        this.parameters = text.parameters();
        this.variables = List.copyOf(equations.variables().keySet());
        this.spikes = file.name(population.name() + "_spikes");
        file.memory("uint8_t", 1, spikes, population.size(), true);
        List<String> names = new ArrayList<>(population.neuron().variables());
        for (int i = 0; i < variables.size(); i++) {
            String declared = i < names.size() ? names.get(i) : variables.get(i).replaceFirst("^_", "");
            String name = file.name(population.name() + "_" + declared);
            arrays.put(variables.get(i), name);
            file.memory("float", Float.BYTES, name, population.size(), false);
            start(name, equations.variables().get(variables.get(i)));
        }
    }

    /** Writes the initial value of a variable. */
    private void start(String name, @Nullable Node initial) {
        float[] values = initial == null ? new float[1] : parameters.values(initial);
        String value = CFile.areSame(values) ? C99.literal(values[0]) : file.floats(name + "_start", values) + "[i]";
        file.reset.append(CText.of(
                "    for (int i = 0; i < %d; i++) {\n        %s[i] = %s;\n    }\n", population.size(), name, value));
    }

    private static NeuronText text(PopulationDescription population, NeuronGroup group) {
        NeuronText text = BoundPopulation.steps(group).text();
        if (text == null) {
            throw CNetwork.refused(population.name(), population.neuron(), "it has no loop over single neurons");
        }
        if (text instanceof LeakyNeurons leaky && leaky.options.inhibition()) {
            throw CNetwork.refused(population.name(), population.neuron(), "inhibition lets one neuron of a row fire");
        }
        if (text.atSpike() != null) {
            throw CNetwork.refused(population.name(), population.neuron(), "its variables are rounded to levels");
        }
        return text;
    }

    /** Returns the array of a variable, by its name in the model. */
    String variable(String name) {
        int place = population.neuron().variables().indexOf(name);
        return Objects.requireNonNull(arrays.get(variables.get(place)));
    }

    /** Writes the loop, after the currents. */
    void write() {
        file.operations.addAll(C99.operations(program));
        file.comment(
                population.name() + ": " + population.neuron().getClass().getSimpleName() + " " + population.shape());
        file.step.append("    for (int i = 0; i < ").append(population.size()).append("; i++) {\n");
        file.step.append(C99.statements(program, new OfNetwork(), "        ")).append("    }\n");
    }

    private final class OfNetwork implements C99.Rows {

        @Override
        public String load(Node leaf) {
            if (leaf.op() == Op.STEP) {
                return file.port(leaf.name()) + "[i]";
            }
            if (leaf.op() == Op.STATE) {
                return arrays.get(leaf.name()) + "[i]";
            }
            float[] values = parameters.values(leaf.name());
            if (CFile.areSame(values)) {
                return C99.literal(values[0]);
            }
            return arrays.computeIfAbsent(leaf.name(), name -> file.floats(population.name() + "_" + name, values))
                    + "[i]";
        }

        @Override
        public String store(Program.Store store) {
            return (store.op() == Op.STEP ? spikes : arrays.get(store.name())) + "[i]";
        }
    }
}
