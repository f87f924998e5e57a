package dev.spikelane.golden;

import static dev.spikelane.golden.GoldenOptions.firing;
import static dev.spikelane.golden.GoldenOptions.gradedFactor;
import static dev.spikelane.golden.GoldenOptions.parameter;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.kernel.DenseMatmul;
import dev.spikelane.kernel.PackedWeights;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.Synaptic;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The neurons beside Leaky give snnTorch's spikes, and its states bit for bit where each neuron is computed by itself, as a whole train and
 * step by step.
 */
class GoldenNeuronTest {

    private static final String GRADIENTS = "gradients: this version does not train";
    private static final String CONVOLUTION = "convolutional recurrence: comes with convolution";

    /** How states are compared. */
    private enum Rule {
        BITS,
        STORED_TOLERANCE
    }

    /** What neurons gave, time-major: the spikes, and the state variables by name. */
    private record Trace(byte[] spikes, Map<String, float[]> variables) {}

    @Test
    void synaptic() {
        GoldenSet.of("synaptic").check(golden -> {
            int neurons = golden.shape("input").getLast();
            Neuron model = new Synaptic(
                    parameter(golden, "alpha", neurons),
                    parameter(golden, "beta", neurons),
                    firing(golden, neurons, Reset.SUBTRACT));
            check(golden, model, Map.of("syn", "synapse", "mem", "membrane"), Rule.BITS);
        });
    }

    @Test
    void alpha() {
        GoldenSet.of("alpha").check(golden -> {
            int neurons = golden.shape("input").getLast();
            Neuron model = new Alpha(
                    parameter(golden, "alpha", neurons),
                    parameter(golden, "beta", neurons),
                    firing(golden, neurons, Reset.ZERO));
            Map<String, String> names = Map.of("syn_exc", "excitatory", "syn_inh", "inhibitory", "mem", "membrane");
            check(golden, model, names, Rule.BITS);
        });
    }

    @Test
    void lapicque() {
        GoldenSet.of("lapicque").check(golden -> {
            int neurons = golden.shape("input").getLast();
            Lapicque model = lapicque(golden);
            if (golden.has("R_resolved")) {
                assertEquals(golden.number("R_resolved"), model.resistance().value(0), golden.name());
                assertEquals(golden.number("C_resolved"), model.capacitance().value(0), golden.name());
            }
            check(
                    golden,
                    model.withFiring(firing(golden, neurons, Reset.SUBTRACT)),
                    Map.of("mem", "membrane"),
                    Rule.BITS);
        });
    }

    private static Lapicque lapicque(GoldenCase golden) {
        float timeStep = golden.number("time_step", 1);
        if (!golden.has("beta")) {
            return Lapicque.of(golden.number("R"), golden.number("C"), timeStep);
        }
        Parameter beta = Parameter.of(golden.number("beta"));
        return golden.has("C")
                ? Lapicque.ofBetaAndCapacitance(beta, Parameter.of(golden.number("C")), timeStep)
                : Lapicque.ofBetaAndResistance(beta, Parameter.of(golden.number("R", 1)), timeStep);
    }

    @Test
    void recurrentLeaky() {
        GoldenSet.of("rleaky").check(golden -> {
            if (golden.text("recurrent").equals("conv")) {
                golden.leaveOutCase(CONVOLUTION);
                return;
            }
            int neurons = golden.shape("input").getLast();
            try (Arena arena = Arena.ofShared()) {
                Neuron model = new RLeaky(
                        parameter(golden, "beta", neurons),
                        recurrence(arena, golden, neurons),
                        firing(golden, neurons, Reset.SUBTRACT));
                check(golden, model, Map.of("mem", "membrane"), rule(golden));
            }
        });
    }

    /** snnTorch's reset_delay=False has no effect with states passed in, and raises without. */
    @Test
    void recurrentSynaptic() {
        GoldenSet.of("rsynaptic").check(golden -> {
            if (golden.text("recurrent").equals("conv")) {
                golden.leaveOutCase(CONVOLUTION);
                return;
            }
            int neurons = golden.shape("input").getLast();
            try (Arena arena = Arena.ofShared()) {
                Neuron model = new RSynaptic(
                        parameter(golden, "alpha", neurons),
                        parameter(golden, "beta", neurons),
                        recurrence(arena, golden, neurons),
                        firing(golden, neurons, Reset.SUBTRACT).withDelayedReset(true));
                check(golden, model, Map.of("syn", "synapse", "mem", "membrane"), rule(golden));
            }
        });
    }

    @Test
    void leakyParallel() {
        GoldenSet.of("leaky_parallel").check(golden -> {
            int neurons = golden.integer("hidden_size");
            try (Arena arena = Arena.ofShared()) {
                float[] current = dense(arena, golden, "ih", golden.floats("input"), golden.integer("input_size"));
                Parameter threshold = parameter(golden, "threshold", neurons, 1);
                Parameter factor = gradedFactor(golden, neurons);
                Neuron model = new LeakyParallel(
                        golden.flagIfSet("weight_hh_enable")
                                ? Recurrence.allToAll(packed(arena, golden, "hh"))
                                : new Recurrence.OneToOne(Parameter.of(diagonal(golden.floats("weight_hh"), neurons))),
                        golden.hasInput("bias_hh") ? Parameter.of(golden.floats("bias_hh")) : Parameter.of(0),
                        threshold,
                        factor);
                check(golden, model, current, neurons, Map.of("mem", "membrane"), Rule.STORED_TOLERANCE);
            }
        });
    }

    /** Where snnTorch loses the states at every step, its numbers are those of single steps from zero. It ignores inhibition. */
    @Test
    void slstm() {
        GoldenSet.of("slstm").check(golden -> {
            int inputs = golden.integer("input_size");
            int neurons = golden.integer("hidden_size");
            Map<String, String> names = Map.of("syn", "cell", "mem", "membrane");
            try (Arena arena = Arena.ofShared()) {
                float[] current = dense(arena, golden, "ih", golden.floats("input"), inputs);
                Neuron model = new SLstm(
                        packed(arena, golden, "hh"),
                        firing(golden, neurons, Reset.NONE).withInhibition(false));
                if (golden.flag("states_carried")) {
                    check(golden, model, current, 4 * neurons, names, Rule.STORED_TOLERANCE);
                    return;
                }
                int batch = golden.shape("input").get(1);
                NeuronGroup group = model.bind(arena, 4 * neurons);
                Trace trace = stream(
                        arena,
                        group,
                        group.newState(arena, batch),
                        FloatMatrix.copyOf(arena, current.length / 4 / neurons, 4 * neurons, current),
                        true);
                golden.assertSpikes("spk", trace.spikes);
                names.forEach((array, name) -> golden.assertClose(array, trace.variables.get(name)));
            }
        });
    }

    private static float[] diagonal(float[] square, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = square[i * (size + 1)];
        }
        return values;
    }

    private static Rule rule(GoldenCase golden) {
        return golden.text("recurrent").equals("linear") ? Rule.STORED_TOLERANCE : Rule.BITS;
    }

    private static Recurrence recurrence(Arena arena, GoldenCase golden, int neurons) {
        if (!golden.text("recurrent").equals("linear")) {
            return new Recurrence.OneToOne(parameter(golden, "V", neurons, 1));
        }
        FloatMatrix weights = FloatMatrix.copyOf(arena, neurons, neurons, golden.floats("recurrent_weight"));
        return Recurrence.allToAll(
                golden.hasInput("recurrent_bias")
                        ? PackedWeights.pack(arena, weights, FloatMatrix.vector(arena, golden.floats("recurrent_bias")))
                        : PackedWeights.pack(arena, weights));
    }

    /** The weights and bias with one of torch's suffixes. */
    private static PackedWeights packed(Arena arena, GoldenCase golden, String suffix) {
        List<Integer> shape = golden.shape("weight_" + suffix);
        FloatMatrix weights = FloatMatrix.copyOf(arena, shape.get(0), shape.get(1), golden.floats("weight_" + suffix));
        return golden.hasInput("bias_" + suffix)
                ? PackedWeights.pack(arena, weights, FloatMatrix.vector(arena, golden.floats("bias_" + suffix)))
                : PackedWeights.pack(arena, weights);
    }

    /** What the dense connection in front of the neurons gives. */
    private static float[] dense(Arena arena, GoldenCase golden, String suffix, float[] input, int inputs) {
        PackedWeights weights = packed(arena, golden, suffix);
        int rows = input.length / inputs;
        FloatMatrix current = FloatMatrix.zeros(arena, rows, weights.post());
        DenseMatmul.multiply(FloatMatrix.copyOf(arena, rows, inputs, input), weights, current);
        return current.toArray();
    }

    private static void check(GoldenCase golden, Neuron model, Map<String, String> names, Rule rule) {
        check(golden, model, golden.floats("input"), golden.shape("input").getLast(), names, rule);
    }

    private static void check(
            GoldenCase golden, Neuron model, float[] input, int currents, Map<String, String> names, Rule rule) {
        golden.leaveOutStarting("grad_", GRADIENTS);
        int steps = golden.shape("input").getFirst();
        int batch = input.length / currents / steps;
        try (Arena arena = Arena.ofShared()) {
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
            group.record(current, other, spikes, membranes);
            assertArrayEquals(streamed.spikes, spikes.toArray(), golden.name() + " whole");
            assertArrayEquals(streamed.variables.get("membrane"), membranes.toArray(), golden.name() + " whole");
            for (String name : state.names()) {
                assertArrayEquals(
                        state.variable(name).toArray(), other.variable(name).toArray(), golden.name() + " " + name);
            }
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

    private static Trace stream(
            Arena arena, NeuronGroup group, NeuronState state, FloatMatrix current, boolean afresh) {
        int batch = state.membrane().rows();
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, current.rows(), group.neurons());
        Map<String, float[]> variables = new LinkedHashMap<>();
        state.names().forEach(name -> variables.put(name, new float[current.rows() * group.neurons()]));
        for (int row = 0; row < current.rows(); row += batch) {
            if (afresh) {
                state.reset();
            }
            group.run(current.rows(row, batch), state, spikes.rows(row, batch));
            int from = row * group.neurons();
            variables.forEach((name, values) -> {
                float[] now = state.variable(name).toArray();
                System.arraycopy(now, 0, values, from, now.length);
            });
        }
        return new Trace(spikes.toArray(), variables);
    }

    private static float[] graded(Neuron model, byte[] spikes, int neurons) {
        float[] values = new float[spikes.length];
        for (int i = 0; i < spikes.length; i++) {
            values[i] = spikes[i] * model.spikeValue().value(i % neurons);
        }
        return values;
    }
}
