package dev.spikelane.network.naive;

import static dev.spikelane.Filled.floats;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.SpikeList;
import dev.spikelane.neuron.StateLeaky;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The neurons of one population and sample, in torch's order, as plain arrays, one step at a time. */
abstract class NaiveNeurons {

    /** Values by variable, the membrane first. */
    final Map<String, float[]> variables = new LinkedHashMap<>();

    /** Neurons that fired in the previous step. */
    final boolean[] fired;

    /** The membranes that were compared with the threshold. */
    final float[] unreset;

    NaiveNeurons(int neurons, String... names) {
        for (String name : names) {
            variables.put(name, new float[neurons]);
        }
        this.fired = new boolean[neurons];
        this.unreset = new float[neurons];
    }

    /** Computes a step; the currents of a port without projections are null. */
    abstract void step(float[][] entering);

    /** Copies the state of other neurons of equal kind. */
    void takeState(NaiveNeurons other) {
        variables.forEach((name, values) -> System.arraycopy(other.variables.get(name), 0, values, 0, values.length));
        System.arraycopy(other.fired, 0, fired, 0, fired.length);
        System.arraycopy(other.unreset, 0, unreset, 0, unreset.length);
    }

    /** Returns an object for each sample of a batch, with or without feedback by projections. */
    static NaiveNeurons[] of(Neuron neuron, Shape shape, int batch, boolean fed) {
        NaiveNeurons[] samples = new NaiveNeurons[batch];
        if (neuron instanceof SLstm
                || neuron instanceof EquationNeuron
                || neuron instanceof LeakyParallel parallel && parallel.dropout() > 0) {
            Group group = new Group(neuron, shape, batch, fed);
            for (int sample = 0; sample < batch; sample++) {
                samples[sample] = group.sample(sample);
            }
            return samples;
        }
        for (int sample = 0; sample < batch; sample++) {
            if (neuron instanceof SpikeList list) {
                samples[sample] = new Listed(list, shape.size());
                continue;
            }
            samples[sample] = neuron instanceof StateLeaky windowed && windowed.kernelTruncation() > 0
                    ? new NaiveWindow(windowed, shape.size())
                    : NaiveLif.of(neuron, shape);
        }
        return samples;
    }

    private static final class Listed extends NaiveNeurons {

        private final SpikeList list;
        private int step;

        Listed(SpikeList list, int neurons) {
            super(neurons, "membrane");
            this.list = list;
        }

        @Override
        void step(float[][] entering) {
            Arrays.fill(fired, false);
            for (int i = 0; i < list.steps().length; i++) {
                if (list.steps()[i] == step) {
                    fired[list.neurons()[i]] = true;
                }
            }
            step++;
        }

        @Override
        void takeState(NaiveNeurons other) {
            super.takeState(other);
            step = ((Listed) other).step;
        }
    }

    /**
     * Models whose own neurons are the reference, on the calling thread, one step of the whole batch at a time: SLSTM
     * with polynomials, equations with an interpreter, and dropout with random masks. The last sample of a step makes
     * it run. Neurons have the inner order, in which the first of equals wins.
     */
    private static final class Group {

        private final Shape shape;

        private final NeuronGroup neurons;
        private final NeuronGroup withoutReset;
        private final NeuronState state;
        private final NeuronState unreset;
        private final List<FloatMatrix> currents;

        private final SpikeMatrix spikes;
        private final Sample[] samples;

        Group(Neuron neuron, Shape shape, int batch, boolean fed) {
            Arena arena = Arena.ofAuto();
            int size = shape.size();
            this.shape = shape;
            Neuron inside = inside(neuron, shape);
            this.neurons = bind(inside, arena, size, fed);
            this.withoutReset = bind(inside.beforeReset(), arena, size, fed);
            this.state = neurons.newState(arena, batch);
            this.unreset = neurons.newState(arena, batch);
            this.currents = neurons.ports().stream()
                    .map(_ -> FloatMatrix.zeros(batch, neurons.currents()))
                    .toList();
            this.spikes = SpikeMatrix.zeros(batch, size);
            this.samples = new Sample[batch];
        }

        NaiveNeurons sample(int number) {
            samples[number] = new Sample(this, number);
            return samples[number];
        }

        /** Returns the model with the values of single neurons in inner order. */
        private static Neuron inside(Neuron neuron, Shape shape) {
            Map<String, Parameter> moved = new HashMap<>();
            neuron.parameters().forEach((name, parameter) -> {
                float[] values = parameter.values();
                if (values.length == shape.size()) {
                    float[] inside = floats(values.length, i -> values[shape.torch(i)]);
                    moved.put(name, Parameter.of(inside));
                }
            });
            return neuron.withParameters(moved);
        }

        private static NeuronGroup bind(Neuron neuron, Arena arena, int size, boolean fed) {
            int currents = size * neuron.gates();
            return fed ? neuron.bindPorts(arena, currents) : neuron.bind(arena, currents);
        }

        private void run() {
            unreset.copyFrom(state);
            withoutReset.run(currents, unreset, spikes);
            neurons.run(currents, state, spikes);
            for (Sample each : samples) {
                each.take();
            }
        }
    }

    private static final class Sample extends NaiveNeurons {

        private final Group group;
        private final int number;

        Sample(Group group, int number) {
            super(group.spikes.columns(), group.state.names().toArray(String[]::new));
            this.group = group;
            this.number = number;
        }

        @Override
        void step(float[][] entering) {
            int neurons = fired.length;
            for (int port = 0; port < group.currents.size(); port++) {
                FloatMatrix into = group.currents.get(port);
                for (int i = 0; i < into.columns(); i++) {
                    into.set(number, i, entering[port][i - i % neurons + group.shape.torch(i % neurons)]);
                }
            }
            if (number == group.samples.length - 1) {
                group.run();
            }
        }

        @Override
        void takeState(NaiveNeurons other) {
            super.takeState(other);
            group.state.copyFrom(((Sample) other).group.state);
        }

        private void take() {
            for (int inside = 0; inside < fired.length; inside++) {
                int i = group.shape.torch(inside);
                fired[i] = group.spikes.get(number, inside);
                unreset[i] = group.unreset.membrane().get(number, inside);
                for (Map.Entry<String, float[]> variable : variables.entrySet()) {
                    variable.getValue()[i] =
                            group.state.variable(variable.getKey()).get(number, inside);
                }
            }
        }
    }
}
