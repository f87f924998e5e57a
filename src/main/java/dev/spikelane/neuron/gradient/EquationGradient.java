package dev.spikelane.neuron.gradient;

import dev.spikelane.equation.BoundEquations;
import dev.spikelane.equation.Derived;
import dev.spikelane.equation.DoubleProgram;
import dev.spikelane.equation.EquationGradients;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.kernel.step.NeuronBackward;
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
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    /** What takes the step back, or its second part where variables are rounded between the two. */
    private final EquationBackward.Neurons backward;

    private final EquationBackward.@Nullable Neurons charge;
    private final @Nullable QuantizeLevels levels;
    private final boolean throughSpikes;
    private final boolean needsInputs;
    private final Map<String, FloatMatrix> sums;
    private final List<FloatMatrix> allSums;
    private final List<String> names;
    private final List<Link> links;
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final float[] ofNeuron;

    private EquationGradient(Neuron model, BoundEquations neurons, Map<String, FloatMatrix> sums) {
        this.neurons = neurons;
        this.sums = sums;
        this.allSums = List.copyOf(sums.values());
        this.names = List.copyOf(sums.keySet());
        Quantization rounds = ((EquationNeuron) model).quantization();
        boolean whole = rounds.equals(Quantization.NONE);
        Equations equations = neurons.equations();
        EquationGradients back = new EquationGradients(neurons.steps(), names);
        this.backward = loops(back);
        this.charge = whole
                ? null
                : loops(new EquationGradients(equations, names))
                        .with(EquationLoops.compile(
                                graph -> equations.charge(Set.of(), graph),
                                neurons.parameters().shared()));
        this.levels = whole ? null : QuantizeLevels.of(NativeMemory.ofAuto(), rounds.levels());
        this.throughSpikes = back.throughSpikes();
        this.needsInputs = !whole || back.needsInputs();
        this.links = links();
        this.ofNeuron = new float[names.size()];
        model.parameters().forEach((name, parameter) -> values.put(name, parameter.values()));
    }

    private EquationBackward.Neurons loops(EquationGradients back) {
        return EquationBackward.Neurons.of(back, neurons.parameters(), neurons, 0);
    }

    private NeuronBackward backward(Map<String, FloatMatrix> into, int firstNeuron, int count) {
        EquationBackward made = new EquationBackward(backward, into, firstNeuron, count);
        return charge == null
                ? made
                : new RoundedBackward(
                        new EquationBackward(charge, into, firstNeuron, count),
                        made,
                        (charged, winners) -> round(charged, count),
                        neurons.equations().variables().size(),
                        count);
    }

    private void round(List<FloatMatrix> charged, int count) {
        QuantizeLevels to = Objects.requireNonNull(levels);
        int variable = 0;
        for (String name : neurons.equations().variables().keySet()) {
            FloatMatrix rows = charged.get(variable);
            for (int sample = 0; sample < rows.rows() && Equations.isRounded(name); sample++) {
                Quantize.row(to, rows, sample, 0, count);
            }
            variable++;
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
    public float[] values(String name) {
        return values.getOrDefault(name, new float[0]);
    }

    @Override
    public boolean resetsThroughSpikes() {
        return throughSpikes;
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
    public boolean needsCurrents() {
        return needsInputs;
    }

    @Override
    public NeuronBackward tile(int firstNeuron, int count) {
        return backward(sums, firstNeuron, count);
    }

    @Override
    public NeuronBackward ofSamples(int firstSample, int samples) {
        Map<String, FloatMatrix> own = new LinkedHashMap<>();
        sums.forEach((name, sum) -> own.put(name, sum.rows(firstSample, samples)));
        return backward(own, 0, neurons.parameters().neurons());
    }

    /** The neurons' parameters change in place, and are read by every loop. */
    @Override
    public void update() {}

    @Override
    public void clear() {
        for (int i = 0; i < allSums.size(); i++) {
            allSums.get(i).fill(0);
        }
    }

    @Override
    public void gradient(String name, float[] into) {
        Arrays.fill(into, 0);
        int wanted = names.indexOf(name);
        for (int neuron = 0; neuron < neurons.parameters().neurons(); neuron++) {
            for (int i = 0; i < ofNeuron.length; i++) {
                ofNeuron[i] = sum(allSums.get(i), neuron);
            }
            for (int i = 0; i < links.size(); i++) {
                Link link = links.get(i);
                link.derivatives.run(neurons.parameters(), neuron);
                for (int j = 0; j < link.by.length; j++) {
                    float factor = (float) link.derivatives.value(j);
                    if (factor != 0) {
                        ofNeuron[link.by[j]] += ofNeuron[link.sum] * factor;
                    }
                }
            }
            int at = into.length == 1 ? 0 : neuron;
            into[at] += ofNeuron[wanted];
        }
    }

    private static float sum(FloatMatrix samples, int neuron) {
        float sum = 0;
        for (int sample = 0; sample < samples.rows(); sample++) {
            sum += samples.get(sample, neuron);
        }
        return sum;
    }
}
