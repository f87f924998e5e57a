package dev.spikelane.golden.neuron;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.connection.Recurrent;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenGradients;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a model on a case's input, in one run and step by step, and compares the outputs. */
final class GoldenNeurons {

    private GoldenNeurons() {}

    enum Rule {
        BITS,
        STORED_TOLERANCE
    }

    /** The spikes and state variables, time-major. */
    record Trace(byte[] spikes, Map<String, float[]> variables) {}

    static void check(GoldenCase golden, Neuron model, Map<String, String> names, Rule rule) {
        check(golden, model, golden.floats("input"), golden.shape("input").getLast(), names, rule);
        GoldenGradients.check(golden, model, names);
    }

    static void check(
            GoldenCase golden, Neuron model, float[] input, int currents, Map<String, String> names, Rule rule) {
        int steps = golden.shape("input").getFirst();
        int batch = input.length / currents / steps;
        Arena arena = Arena.ofAuto();
        NeuronGroup group = model.bind(arena, currents);
        FloatMatrix current = FloatMatrix.copyOf(arena, steps * batch, currents, input);
        NeuronState state = state(arena, golden, group, batch, names);
        Trace streamed = stream(arena, group, state, current, false);
        golden.assertSpikes("spk", streamed.spikes);
        names.forEach((array, name) -> {
            if (rule == Rule.BITS) {
                golden.assertBits(array, streamed.variables.get(name));
            } else {
                golden.assertClose(array, streamed.variables.get(name));
            }
        });
        if (golden.outputs().contains("spk_graded")) {
            golden.assertBits("spk_graded", graded(model, streamed.spikes, group.neurons()));
        }
        NeuronState other = state(arena, golden, group, batch, names);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, current.rows(), group.neurons());
        FloatMatrix membranes = FloatMatrix.zeros(arena, current.rows(), group.neurons());
        group.record(List.of(current), other, spikes, membranes);
        assertArrayEquals(streamed.spikes, spikes.toArray(), golden.name() + " whole");
        assertArrayEquals(streamed.variables.get("membrane"), membranes.toArray(), golden.name() + " whole");
        for (String name : state.names()) {
            assertArrayEquals(
                    state.variable(name).toArray(), other.variable(name).toArray(), golden.name() + " " + name);
        }
    }

    private static NeuronState state(
            Arena arena, GoldenCase golden, NeuronGroup group, int batch, Map<String, String> names) {
        NeuronState state = group.newState(arena, batch);
        names.forEach((array, name) -> {
            if (golden.hasInput(array + "0")) {
                state.variable(name).copyFrom(golden.floats(array + "0"));
            }
        });
        if (golden.hasInput("spk0")) {
            float[] values = golden.floats("spk0");
            byte[] spikes = new byte[values.length];
            for (int i = 0; i < values.length; i++) {
                spikes[i] = (byte) values[i];
                assertEquals(values[i], spikes[i], golden.name() + ": spk0");
            }
            state.previousSpikes().copyFrom(spikes);
        }
        return state;
    }

    static Trace stream(Arena arena, NeuronGroup group, NeuronState state, FloatMatrix current, boolean afresh) {
        int batch = state.membrane().rows();
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, current.rows(), group.neurons());
        Map<String, float[]> variables = new LinkedHashMap<>();
        state.names().forEach(name -> variables.put(name, new float[current.rows() * group.neurons()]));
        for (int row = 0; row < current.rows(); row += batch) {
            if (afresh) {
                state.reset();
            }
            group.run(List.of(current.rows(row, batch)), state, spikes.rows(row, batch));
            int from = row * group.neurons();
            variables.forEach((name, values) -> {
                float[] now = state.variable(name).toArray();
                System.arraycopy(now, 0, values, from, now.length);
            });
        }
        return new Trace(spikes.toArray(), variables);
    }

    private static float[] graded(Neuron model, byte[] spikes, int neurons) {
        return floats(spikes.length, i -> spikes[i] * model.spikeValue().value(i % neurons));
    }

    /** Returns weights and bias with a suffix, such as torch's {@code _hh}. */
    static Recurrence allToAll(GoldenCase golden, String suffix) {
        return Recurrence.by(recurrent(golden, suffix));
    }

    private static Recurrent recurrent(GoldenCase golden, String suffix) {
        List<Integer> shape = golden.shape("weight" + suffix);
        FloatMatrix weights = FloatMatrix.copyOf(shape.get(0), shape.get(1), golden.floats("weight" + suffix));
        return new Recurrent(
                weights,
                golden.hasInput("bias" + suffix)
                        ? FloatMatrix.copyOf(1, shape.get(0), golden.floats("bias" + suffix))
                        : FloatMatrix.zeros(1, shape.get(0)));
    }

    /** Returns the currents of the dense connection before the neurons. */
    static float[] dense(Arena arena, GoldenCase golden, String suffix, float[] input, int inputs) {
        Recurrent declared = recurrent(golden, suffix);
        PackedWeights weights = PackedWeights.pack(arena, declared.weights(), declared.bias());
        int rows = input.length / inputs;
        FloatMatrix current = FloatMatrix.zeros(arena, rows, weights.outputs());
        DenseMatmul.multiply(FloatMatrix.copyOf(arena, rows, inputs, input), rows, weights, Tile.whole(current));
        return current.toArray();
    }
}
