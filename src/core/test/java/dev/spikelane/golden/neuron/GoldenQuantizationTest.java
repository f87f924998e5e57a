package dev.spikelane.golden.neuron;

import static dev.spikelane.golden.neuron.GoldenOptions.firing;
import static dev.spikelane.golden.neuron.GoldenOptions.gradedFactor;
import static dev.spikelane.golden.neuron.GoldenOptions.parameter;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.neuron.GoldenNeurons.Rule;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** snnTorch's levels and rounding bit for bit, alone and in neurons. */
@EveryWidth
class GoldenQuantizationTest {

    @Test
    void levelsAndRounding() {
        GoldenSet.of("state_quant").check(golden -> {
            Quantization quantization = GoldenOptions.quantization(golden.parameters());
            golden.assertBits("levels", quantization.levels());
            golden.assertBits("quantized", rounded(quantization, golden.floats("input")));
        });
    }

    /** Rounds a membrane that neither decays nor resets. */
    private static float[] rounded(Quantization quantization, float... values) {
        Neuron model = new Leaky(1)
                .withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE).withQuantization(quantization));
        Arena arena = Arena.ofAuto();
        NeuronGroup group = model.bind(arena, values.length);
        NeuronState state = group.newState(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, values.length);
        group.run(List.of(FloatMatrix.copyOf(arena, 1, values.length, values)), state, spikes);
        return state.membrane().toArray();
    }

    @Test
    void neurons() {
        GoldenSet.of("quantized").check(golden -> {
            Arena arena = Arena.ofAuto();
            switch (golden.text("neuron")) {
                case "SLSTM" -> lstm(arena, golden);
                case "Alpha" ->
                    check(golden, Map.of("syn_exc", "excitatory", "syn_inh", "inhibitory", "mem", "membrane"));
                case "Synaptic", "RSynaptic" -> check(golden, Map.of("syn", "synapse", "mem", "membrane"));
                default -> check(golden, Map.of("mem", "membrane"));
            }
        });
    }

    private static void check(GoldenCase golden, Map<String, String> names) {
        GoldenNeurons.check(golden, model(golden, golden.shape("input").getLast()), names, Rule.BITS);
    }

    private static Neuron model(GoldenCase golden, int neurons) {
        String name = golden.text("neuron");
        ThresholdAndReset firing = firing(golden, neurons, name.equals("Alpha") ? Reset.ZERO : Reset.SUBTRACT)
                .withQuantization(GoldenOptions.quantization(golden));
        return switch (name) {
            case "Leaky" -> new Leaky(parameter(golden, "beta", neurons), firing, gradedFactor(golden, neurons));
            case "Synaptic" ->
                new Synaptic(parameter(golden, "alpha", neurons), parameter(golden, "beta", neurons), firing);
            case "Alpha" -> new Alpha(parameter(golden, "alpha", neurons), parameter(golden, "beta", neurons), firing);
            case "Lapicque" -> GoldenOptions.lapicque(golden).withFiring(firing);
            case "RLeaky" -> new RLeaky(parameter(golden, "beta", neurons), oneToOne(golden, neurons), firing);
            case "RSynaptic" ->
                new RSynaptic(
                        parameter(golden, "alpha", neurons),
                        parameter(golden, "beta", neurons),
                        oneToOne(golden, neurons),
                        firing.withDelayedReset(true));
            default -> throw new IllegalArgumentException(golden + ": neuron " + name);
        };
    }

    private static Recurrence oneToOne(GoldenCase golden, int neurons) {
        return Recurrence.by(new OneToOne(parameter(golden, "V", neurons, 1)));
    }

    private static void lstm(Arena arena, GoldenCase golden) {
        int neurons = golden.integer("hidden_size");
        float[] current =
                GoldenNeurons.dense(arena, golden, "_ih", golden.floats("input"), golden.integer("input_size"));
        Neuron model = new SLstm(
                GoldenNeurons.allToAll(golden, "_hh"),
                firing(golden, neurons, Reset.NONE).withQuantization(GoldenOptions.quantization(golden)));
        Map<String, String> names = Map.of("syn", "cell", "mem", "membrane");
        GoldenNeurons.check(golden, model, current, 4 * neurons, names, Rule.STORED_TOLERANCE);
    }
}
