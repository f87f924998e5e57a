package dev.spikelane.golden.neuron;

import static dev.spikelane.Filled.floats;
import static dev.spikelane.golden.neuron.GoldenNeurons.allToAll;
import static dev.spikelane.golden.neuron.GoldenNeurons.check;
import static dev.spikelane.golden.neuron.GoldenNeurons.dense;
import static dev.spikelane.golden.neuron.GoldenOptions.firing;
import static dev.spikelane.golden.neuron.GoldenOptions.gradedFactor;
import static dev.spikelane.golden.neuron.GoldenOptions.parameter;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenConvolution;
import dev.spikelane.golden.GoldenGradients;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.neuron.GoldenNeurons.Rule;
import dev.spikelane.golden.neuron.GoldenNeurons.Trace;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.Synaptic;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The neurons beside Leaky have snnTorch's spikes, and its states bit for bit if neurons are independent, in one run
 * and step by step.
 */
@EveryWidth
class GoldenNeuronTest {

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
            Lapicque model = GoldenOptions.lapicque(golden);
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

    @Test
    void recurrentLeaky() {
        GoldenSet.of("rleaky").check(golden -> {
            int neurons = golden.shape("input").getLast();
            Function<Recurrence, Neuron> model = recurrence ->
                    new RLeaky(parameter(golden, "beta", neurons), recurrence, firing(golden, neurons, Reset.SUBTRACT));
            checkRecurrent(golden, model, Map.of("mem", "membrane"));
        });
    }

    /** snnTorch's reset_delay=False has no effect with given states, and raises without them. */
    @Test
    void recurrentSynaptic() {
        GoldenSet.of("rsynaptic").check(golden -> {
            int neurons = golden.shape("input").getLast();
            Function<Recurrence, Neuron> model = recurrence -> new RSynaptic(
                    parameter(golden, "alpha", neurons),
                    parameter(golden, "beta", neurons),
                    recurrence,
                    firing(golden, neurons, Reset.SUBTRACT).withDelayedReset(true));
            checkRecurrent(golden, model, Map.of("syn", "synapse", "mem", "membrane"));
        });
    }

    private static void checkRecurrent(
            GoldenCase golden, Function<Recurrence, Neuron> model, Map<String, String> names) {
        if (golden.text("recurrent").equals("conv")) {
            GoldenConvolution.checkRecurrent(golden, model, names);
            return;
        }
        Arena arena = Arena.ofAuto();
        int neurons = golden.shape("input").getLast();
        check(golden, model.apply(recurrence(arena, golden, neurons)), names, rule(golden));
    }

    @Test
    void leakyParallel() {
        GoldenSet.of("leaky_parallel").check(golden -> {
            int neurons = golden.integer("hidden_size");
            Arena arena = Arena.ofAuto();
            float[] current = dense(arena, golden, "_ih", golden.floats("input"), golden.integer("input_size"));
            Parameter threshold = parameter(golden, "threshold", neurons, 1);
            Parameter factor = gradedFactor(golden, neurons);
            Neuron model = new LeakyParallel(
                    golden.flagIfSet("weight_hh_enable")
                            ? allToAll(golden, "_hh")
                            : Recurrence.by(new OneToOne(Parameter.of(diagonal(golden.floats("weight_hh"), neurons)))),
                    golden.hasInput("bias_hh") ? Parameter.of(golden.floats("bias_hh")) : Parameter.of(0),
                    threshold,
                    factor);
            check(golden, model, current, neurons, Map.of("mem", "membrane"), Rule.STORED_TOLERANCE);
            GoldenGradients.check(golden, model, Map.of("mem", "membrane"));
        });
    }

    /** If snnTorch loses the states at every step, its numbers are single steps from zero. It ignores inhibition. */
    @Test
    void slstm() {
        GoldenSet.of("slstm").check(golden -> {
            int inputs = golden.integer("input_size");
            int neurons = golden.integer("hidden_size");
            Map<String, String> names = Map.of("syn", "cell", "mem", "membrane");
            Arena arena = Arena.ofAuto();
            float[] current = dense(arena, golden, "_ih", golden.floats("input"), inputs);
            Neuron model = new SLstm(
                    allToAll(golden, "_hh"), firing(golden, neurons, Reset.NONE).withInhibition(false));
            if (golden.flag("states_carried")) {
                check(golden, model, current, 4 * neurons, names, Rule.STORED_TOLERANCE);
                GoldenGradients.check(golden, model, names);
                return;
            }
            int batch = golden.shape("input").get(1);
            NeuronGroup group = model.bind(arena, 4 * neurons);
            Trace trace = GoldenNeurons.stream(
                    arena,
                    group,
                    group.newState(arena, batch),
                    FloatMatrix.copyOf(arena, current.length / 4 / neurons, 4 * neurons, current),
                    true);
            golden.assertSpikes("spk", trace.spikes());
            names.forEach(
                    (array, name) -> golden.assertClose(array, trace.variables().get(name)));
        });
    }

    private static float[] diagonal(float[] square, int size) {
        return floats(size, i -> square[i * (size + 1)]);
    }

    private static Rule rule(GoldenCase golden) {
        return golden.text("recurrent").equals("linear") ? Rule.STORED_TOLERANCE : Rule.BITS;
    }

    private static Recurrence recurrence(Arena arena, GoldenCase golden, int neurons) {
        if (!golden.text("recurrent").equals("linear")) {
            return Recurrence.by(new OneToOne(parameter(golden, "V", neurons, 1)));
        }
        FloatMatrix weights = FloatMatrix.copyOf(arena, neurons, neurons, golden.floats("recurrent_weight"));
        return golden.hasInput("recurrent_bias")
                ? Recurrence.allToAll(weights, FloatMatrix.vector(arena, golden.floats("recurrent_bias")))
                : Recurrence.allToAll(weights);
    }
}
