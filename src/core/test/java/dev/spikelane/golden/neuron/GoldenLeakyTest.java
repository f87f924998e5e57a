package dev.spikelane.golden.neuron;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenGradients;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Leaky and the hand-written LIF have snnTorch's membranes and spikes bit for bit. */
@EveryWidth
class GoldenLeakyTest {

    private record Trace(float[] membranes, byte[] spikes) {}

    @Test
    void handWrittenLif() {
        GoldenSet.of("hand_lif").check(golden -> {
            HandLif model = new HandLif(Parameter.of(golden.number("beta")), Parameter.of(golden.number("threshold")));
            float[] current = golden.floats("input");
            for (int i = 0; i < current.length; i++) {
                current[i] *= golden.number("w");
            }
            Arena arena = Arena.ofAuto();
            NeuronGroup neurons = model.bind(arena, 1);
            Trace trace = run(arena, neurons, neurons.newState(arena, 1), current);
            golden.assertBits("mem", trace.membranes);
            golden.assertSpikes("spk", trace.spikes);
        });
    }

    @Test
    void leaky() {
        GoldenSet.of("leaky").check(golden -> {
            List<Integer> shape = golden.shape("input"); // [steps, batch, neurons], or [steps, neurons] of one sample
            int neurons = shape.getLast();
            int batch = shape.size() == 3 ? shape.get(1) : 1;
            Leaky model = model(golden, neurons);
            Arena arena = Arena.ofAuto();
            NeuronGroup group = model.bind(arena, neurons);
            Trace whole = run(arena, group, state(arena, golden, group, batch), golden.floats("input"));
            golden.assertBits("mem", whole.membranes);
            golden.assertSpikes("spk", whole.spikes);
            if (golden.outputs().contains("spk_graded")) {
                golden.assertBits("spk_graded", graded(model, whole.spikes, neurons));
            }
            NeuronState state = state(arena, golden, group, batch);
            Trace streamed = stream(arena, group, state, batch, golden.floats("input"));
            assertArrayEquals(whole.membranes, streamed.membranes, golden.name() + " step by step");
            assertArrayEquals(whole.spikes, streamed.spikes, golden.name() + " step by step");
            GoldenGradients.check(golden, model, Map.of("mem", "membrane"));
        });
    }

    /** snnTorch silently resets if the batch changes; here the caller creates a new state. */
    @Test
    void stateLastsFromCallToCall() {
        GoldenSet.of("leaky_persistent").check(golden -> {
            Arena arena = Arena.ofAuto();
            NeuronGroup group = null;
            NeuronState state = null;
            for (String part : new String[] {"a", "b", "c", "d"}) {
                int batch = golden.shape("input_" + part).get(1);
                int neurons = golden.shape("input_" + part).get(2);
                if (state == null || state.membrane().rows() != batch) {
                    group = model(golden, neurons).bind(arena, neurons);
                    state = group.newState(arena, batch);
                }
                Trace trace = run(arena, group, state, golden.floats("input_" + part));
                golden.assertBits("mem_" + part, trace.membranes);
                golden.assertSpikes("spk_" + part, trace.spikes);
            }
        });
    }

    private static Leaky model(GoldenCase golden, int neurons) {
        return new Leaky(
                GoldenOptions.parameter(golden, "beta", neurons),
                GoldenOptions.firing(golden, neurons, Reset.SUBTRACT),
                GoldenOptions.gradedFactor(golden, neurons));
    }

    private static NeuronState state(Arena arena, GoldenCase golden, NeuronGroup group, int batch) {
        NeuronState state = group.newState(arena, batch);
        if (golden.hasInput("mem0")) {
            state.membrane().copyFrom(golden.floats("mem0"));
        }
        return state;
    }

    private static Trace run(Arena arena, NeuronGroup group, NeuronState state, float[] input) {
        int rows = input.length / group.neurons();
        FloatMatrix current = FloatMatrix.copyOf(arena, rows, group.neurons(), input);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, group.neurons());
        FloatMatrix membranes = FloatMatrix.zeros(arena, rows, group.neurons());
        group.record(List.of(current), state, spikes, membranes);
        return new Trace(membranes.toArray(), spikes.toArray());
    }

    private static Trace stream(Arena arena, NeuronGroup group, NeuronState state, int batch, float[] input) {
        int rows = input.length / group.neurons();
        FloatMatrix current = FloatMatrix.copyOf(arena, rows, group.neurons(), input);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, group.neurons());
        FloatMatrix membranes = FloatMatrix.zeros(arena, rows, group.neurons());
        for (int row = 0; row < rows; row += batch) {
            group.run(List.of(current.rows(row, batch)), state, spikes.rows(row, batch));
            membranes.rows(row, batch).copyFrom(state.membrane());
        }
        return new Trace(membranes.toArray(), spikes.toArray());
    }

    private static float[] graded(Neuron model, byte[] spikes, int neurons) {
        return floats(spikes.length, i -> spikes[i] * model.spikeValue().value(i % neurons));
    }
}
