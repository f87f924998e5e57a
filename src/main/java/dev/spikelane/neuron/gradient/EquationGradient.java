package dev.spikelane.neuron.gradient;

import dev.spikelane.equation.BoundEquations;
import dev.spikelane.equation.Derived;
import dev.spikelane.equation.DoubleProgram;
import dev.spikelane.equation.EquationGradients;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.QuantizeLevels;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Quantization;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The way back through neurons of equations. Parameters that follow from others have sums of their own. */
final class EquationGradient extends NeuronGradient {

    /**
     * A parameter that follows from others.
     *
     * @param sum the place of its sum
     * @param by the places of the sums of these others
     * @param derivatives with respect to them
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Link(int sum, int[] by, DoubleProgram derivatives) {}

    private final BoundEquations neurons;
    private final List<Link> links;

    private EquationGradient(Neuron model, BoundEquations neurons, Map<String, FloatMatrix> sums) {
        Quantization rounds = ((EquationNeuron) model).quantization();
        QuantizeLevels levels =
                rounds.equals(Quantization.NONE) ? null : QuantizeLevels.of(NativeMemory.ofAuto(), rounds.levels());
        List<String> variables = List.copyOf(neurons.equations().variables().keySet());
        super(
                model,
                new Text(
                        new Equations.Cut(neurons.equations(), neurons.steps()),
                        neurons.parameters(),
                        neurons,
                        0,
                        levels == null ? null : (charged, _) -> round(levels, variables, charged)),
                sums);
        this.neurons = neurons;
        this.links = links();
    }

    private static void round(QuantizeLevels to, List<String> variables, List<FloatMatrix> charged) {
        for (int i = 0; i < charged.size(); i++) {
            FloatMatrix rows = charged.get(i);
            for (int sample = 0; sample < rows.rows() && Equations.isRounded(variables.get(i)); sample++) {
                Quantize.row(to, rows, sample, 0, rows.columns());
            }
        }
    }

    static EquationGradient prepare(Arena arena, Neuron model, BoundEquations neurons, int batch, Set<String> learned) {
        Set<String> learnable = EquationGradients.learnable(neurons.equations());
        Map<String, FloatMatrix> sums = new LinkedHashMap<>();
        for (String name : learned) {
            if (!learnable.contains(name)) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' has no gradient, expected one of " + learnable);
            }
        }
        for (String name : EquationGradients.sums(neurons.equations(), learned)) {
            sums.put(name, FloatMatrix.zeros(arena, batch, neurons.parameters().neurons()));
        }
        return new EquationGradient(model, neurons, sums);
    }

    static Set<String> learnableOf(EquationNeuron model) {
        return EquationGradients.learnable(EquationParser.parse(model.text()));
    }

    /** From the last to the first, as each follows from those before it alone. */
    private List<Link> links() {
        List<Link> made = new ArrayList<>();
        for (int sum = names.size() - 1; sum >= 0; sum--) {
            Derived derived = neurons.equations().derived().get(names.get(sum));
            if (derived != null) {
                int[] by = new int[sum];
                Arrays.setAll(by, i -> i);
                List<String> before = names.subList(0, sum);
                made.add(new Link(sum, by, new DoubleProgram(EquationGradients.derivatives(derived, before))));
            }
        }
        return made;
    }

    @Override
    public NeuronGradient with(Neuron now, NeuronGroup group) {
        return new EquationGradient(now, (BoundEquations) group, sums);
    }

    @Override
    public boolean drawsNoise() {
        return !neurons.equations().noises().isEmpty();
    }

    @Override
    public boolean samplesApart() {
        return !drawsNoise();
    }

    @Override
    float gradient(String name, int neuron, float[] ofSums) {
        for (int i = 0; i < links.size(); i++) {
            Link link = links.get(i);
            link.derivatives.run(neurons.parameters(), neuron);
            for (int j = 0; j < link.by.length; j++) {
                float factor = (float) link.derivatives.value(j);
                if (factor != 0) {
                    ofSums[link.by[j]] += ofSums[link.sum] * factor;
                }
            }
        }
        return ofSums[names.indexOf(name)];
    }
}
