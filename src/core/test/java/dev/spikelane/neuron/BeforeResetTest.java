package dev.spikelane.neuron;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomNeuron;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A step of {@link Neuron#beforeReset} ends at the membrane that is compared with the threshold. */
@EveryWidth
final class BeforeResetTest extends KernelCase {

    private static final int BATCH = 2;
    private static final int STEPS = 30;
    private static final int NEURONS = 70;

    @ParameterizedTest
    @EnumSource
    void membranesOfLeakyArePlainArithmetic(Reset.Time time) {
        float beta = 0.9f;
        float threshold = 0.7f;
        Leaky model = new Leaky(beta)
                .withFiring(ThresholdAndReset.DEFAULT.withThreshold(threshold).withResetTime(time));
        NeuronGroup group = model.bind(arena, 1);
        NeuronGroup before = model.beforeReset().bind(arena, 1);
        NeuronState state = group.newState(arena, 1);
        NeuronState copy = before.newState(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, 1);
        Random random = new Random(1);
        int fired = 0;
        for (int step = 0; step < STEPS; step++) {
            FloatMatrix current = FloatMatrix.vector(arena, random.nextFloat());
            float start = state.membrane().get(0, 0);
            float expected = beta * start + current.get(0, 0);
            if (time != Reset.Time.SAME_STEP && start > threshold) {
                expected -= threshold;
            }
            copy.copyFrom(state);
            before.run(List.of(current), copy, spikes);
            assertEquals(expected, copy.membrane().get(0, 0), "step " + step);
            group.run(List.of(current), state, spikes);
            fired += spikes.get(0, 0) ? 1 : 0;
        }
        assertEquals(true, fired > 3 && fired < STEPS - 3, fired + " spikes");
    }

    private static IntStream models() {
        return IntStream.range(0, RandomNeuron.MODELS);
    }

    /** Copies of a model's states give its spikes, which agree with the membranes. */
    @ParameterizedTest
    @MethodSource("models")
    void membranesTellWhoFires(int kind) {
        for (int seed = 0; seed < Tries.beforeTheNight(30); seed++) {
            Random random = new Random(seed);
            Neuron model = new RandomNeuron(arena, NEURONS, random).of(kind);
            NeuronGroup group = model.bind(arena, NEURONS * RandomNeuron.gates(kind));
            NeuronGroup before = model.beforeReset().bind(arena, NEURONS * RandomNeuron.gates(kind));
            NeuronState state = group.newState(arena, BATCH);
            NeuronState copy = before.newState(arena, BATCH);
            SpikeMatrix expected = SpikeMatrix.zeros(arena, BATCH, NEURONS);
            SpikeMatrix actual = SpikeMatrix.zeros(arena, BATCH, NEURONS);
            for (int step = 0; step < STEPS; step++) {
                FloatMatrix current = Matrices.uniform(arena, BATCH, group.currents(), random);
                copy.copyFrom(state);
                before.run(List.of(current), copy, actual);
                group.run(List.of(current), state, expected);
                assertSameBits(expected, actual, "spikes of " + model);
                if (tells(model)) {
                    assertFires(model, copy.membrane(), actual);
                }
            }
        }
    }

    /** Returns true if the membrane after the step alone decides. */
    private static boolean tells(Neuron model) {
        return switch (model) {
            case HandLif _, DeltaLeaky _, EquationNeuron _ -> false;
            case LeakyParallel parallel -> parallel.dropout() == 0;
            default -> !firing(model).inhibition();
        };
    }

    private static ThresholdAndReset firing(Neuron model) {
        return switch (model) {
            case Leaky leaky -> leaky.firing();
            case Synaptic synaptic -> synaptic.firing();
            case Alpha alpha -> alpha.firing();
            case Lapicque lapicque -> lapicque.firing();
            case RLeaky leaky -> leaky.firing();
            case RSynaptic synaptic -> synaptic.firing();
            case SLstm lstm -> lstm.firing();
            case Lif lif -> lif.firing();
            default -> ThresholdAndReset.DEFAULT.withReset(Reset.NONE); // it has no such options
        };
    }

    private static void assertFires(Neuron model, FloatMatrix membranes, SpikeMatrix spikes) {
        Parameter threshold = model.parameters().get("threshold");
        boolean inclusive = firing(model).compare() == Compare.INCLUSIVE;
        for (int row = 0; row < BATCH; row++) {
            for (int neuron = 0; neuron < NEURONS; neuron++) {
                float membrane = membranes.get(row, neuron);
                float limit = threshold.value(neuron);
                assertEquals(
                        inclusive ? membrane >= limit : membrane > limit, spikes.get(row, neuron), model.toString());
            }
        }
    }
}
