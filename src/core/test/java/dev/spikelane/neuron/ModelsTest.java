package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.engine.BoundPopulation;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Models beside Leaky, without golden cases: differences from snnTorch, states, and errors. */
@EveryWidth
final class ModelsTest extends KernelCase {

    private FloatMatrix run(Neuron model, int neurons, float... input) {
        NeuronGroup group = model.bind(arena, neurons);
        FloatMatrix current = FloatMatrix.copyOf(arena, input.length / neurons, neurons, input);
        FloatMatrix membranes = FloatMatrix.zeros(arena, current.rows(), neurons);
        group.record(
                List.of(current),
                group.newState(arena, 1),
                SpikeMatrix.zeros(arena, current.rows(), neurons),
                membranes);
        return membranes;
    }

    /** snnTorch raises; a single neuron has snnTorch's numbers for its beta. */
    @Test
    void lapicqueHasABetaForEachNeuron() {
        float[] both = run(Lapicque.ofBeta(0.8f, 0.5f), 2, 1, 1, 0.5f, 0.5f).toArray();
        float[] first = run(Lapicque.ofBeta(0.8f), 1, 1, 0.5f).toArray();
        float[] second = run(Lapicque.ofBeta(0.5f), 1, 1, 0.5f).toArray();
        assertArrayEquals(new float[] {first[0], second[0], first[1], second[1]}, both);
    }

    /** snnTorch raises or resets a step later. */
    @Test
    void recurrentSynapticResetsAtOnce() {
        Recurrence nothing = Recurrence.oneToOne(0);
        ThresholdAndReset atOnce = ThresholdAndReset.DEFAULT.withDelayedReset(false);
        assertArrayEquals(
                run(new Synaptic(0.5f, 0.75f).withFiring(atOnce), 1, 0.75f, 0.75f, 0, 0)
                        .toArray(),
                run(new RSynaptic(nothing, 0.5f, 0.75f).withFiring(atOnce), 1, 0.75f, 0.75f, 0, 0)
                        .toArray());
    }

    @Test
    void everyModelThatFiresHasAReset() {
        Recurrence nothing = Recurrence.oneToOne(0);
        List<ThresholdAndReset> changed = List.of(
                new Alpha(0.9f, 0.8f).withReset(Reset.NONE).firing(),
                Lapicque.ofBeta(0.8f).withReset(Reset.NONE).firing(),
                new Leaky(0.8f).withReset(Reset.NONE).firing(),
                Lif.snnTorch(0.8).withReset(Reset.NONE).firing(),
                new RLeaky(nothing, 0.8f).withReset(Reset.NONE).firing(),
                new RSynaptic(nothing, 0.5f, 0.8f).withReset(Reset.NONE).firing(),
                new Synaptic(0.5f, 0.8f).withReset(Reset.NONE).firing());
        changed.forEach(firing -> assertEquals(Reset.NONE, firing.reset()));
        SLstm lstm = new SLstm(FloatMatrix.zeros(4, 1), FloatMatrix.zeros(1, 4), 0.5);
        assertEquals(Reset.ZERO, lstm.withReset(Reset.ZERO).firing().reset());
    }

    /** As snnTorch's RLeaky(all_to_all=True, linear_features=3), whose recurrence is a torch.nn.Linear. */
    @Test
    void recurrenceFromAllToAllStartsAsTorchsLinear() {
        FloatMatrix weights = FloatMatrix.zeros(3, 3);
        FloatMatrix bias = FloatMatrix.zeros(1, 3);
        new TorchRandom(9).linear(weights, bias);
        Recurrence.By made = (Recurrence.By) Recurrence.allToAll(3, new TorchRandom(9));
        Recurrent connection = (Recurrent) made.connection();
        assertArrayEquals(weights.toArray(), connection.weights().toArray());
        assertArrayEquals(bias.toArray(), connection.bias().toArray());
        assertInvalid("neurons is 0, expected at least 1", () -> Recurrence.allToAll(0, new TorchRandom(9)));
    }

    /** snnTorch ignores it. */
    @Test
    void parallelNeuronsHaveABetaEach() {
        assertArrayEquals(
                new float[] {1, 1, 0.5f, 0.25f, 0.25f, 0.0625f, 0, 0},
                run(new LeakyParallel(0.5f, 0.25f).withThreshold(9), 2, 1, 1, 0, 0, 0, 0, -1, -1)
                        .toArray());
    }

    /** As in snnTorch, where 0.5 of infinity is infinity. */
    @Test
    void parallelNeuronsFeedInfinityBack() {
        FloatMatrix halves = FloatMatrix.copyOf(arena, 2, 2, new float[] {0.5f, 0.5f, 0.5f, 0.5f});
        Neuron model =
                new LeakyParallel(Recurrence.allToAll(halves), Parameter.of(0), Parameter.of(1), Parameter.of(1));
        float infinity = Float.POSITIVE_INFINITY;
        assertArrayEquals(
                new float[] {infinity, 0, infinity, infinity, infinity, infinity},
                run(model, 2, infinity, 0, 0, 0, 0, 0).toArray());
    }

    /** As in snnTorch, where the sigmoid of a very negative number is 0 and blocks the cell state. */
    @Test
    void closedForgetGateForgetsAnyCellState() {
        NeuronGroup group = new SLstm(FloatMatrix.zeros(4, 1), FloatMatrix.zeros(1, 4), 0.1f).bind(arena, 4);
        NeuronState state = group.newState(arena, 1);
        state.variable("cell").copyFrom(new float[] {Float.MAX_VALUE});
        FloatMatrix gates = FloatMatrix.copyOf(arena, 1, 4, new float[] {0, -120, 0, 0});
        group.run(List.of(gates), state, SpikeMatrix.zeros(arena, 1, 1));
        assertArrayEquals(new float[] {0}, state.variable("cell").toArray());
    }

    @Test
    void stateLeakyIsTheConvolution() {
        float[] input = floats(50, t -> t * 7 % 5 / 4f - 0.25f);
        float[] membranes = run(new StateLeaky(0.9f), 1, input).toArray();
        for (int t = 0; t < input.length; t++) {
            double sum = 0;
            for (int k = 0; k <= t; k++) {
                sum += input[t - k] * Math.exp(-k * (1 - 0.9f));
            }
            assertEquals(sum, membranes[t], 1e-5, "step " + t);
        }
        Quantization levels = Quantization.of(0, 1, 2, 3, 4);
        float[] rounded = run(new StateLeaky(Parameter.of(0.9f), Parameter.of(1), Parameter.of(3), levels), 1, input)
                .toArray();
        for (int t = 0; t < input.length; t++) {
            assertEquals(Math.clamp(Math.rint(membranes[t]), 0, 4), rounded[t], "step " + t);
        }
        assertEquals(
                Parameter.of(9),
                new StateLeaky(Parameter.of(0.9f), Parameter.of(1), Parameter.of(3), levels).spikeValue());
    }

    @Test
    void deltaLeakyFiresAtChanges() {
        NeuronGroup group = new DeltaLeaky(0.5f).withDeltaThreshold(0.75f).bind(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 1);
        FloatMatrix membranes = FloatMatrix.zeros(arena, 4, 1);
        FloatMatrix current = FloatMatrix.copyOf(arena, 4, 1, new float[] {1, 0.5f, 2, 0});
        group.record(List.of(current), group.newState(arena, 1), spikes, membranes);
        assertArrayEquals(new float[] {1, 1, 2.5f, 1.25f}, membranes.toArray());
        assertArrayEquals(new byte[] {1, 0, 1, 1}, spikes.toArray());
    }

    @Test
    void statesHaveNames() {
        assertEquals(
                List.of("membrane", "synapse"),
                new Synaptic(0.5f, 0.5f).bind(arena, 2).newState(arena, 1).names());
        assertEquals(
                List.of("membrane", "excitatory", "inhibitory"),
                new Alpha(0.9f, 0.5f).bind(arena, 2).newState(arena, 1).names());
        NeuronState leaky = new Leaky(0.5f).bind(arena, 2).newState(arena, 1);
        assertIllegalState("these neurons feed no spikes back", leaky::previousSpikes);
        NeuronGroup synaptic = new Synaptic(0.5f, 0.5f).bind(arena, 2);
        assertInvalid(
                "state has the variables [membrane], expected [membrane, synapse]",
                () -> synaptic.run(List.of(FloatMatrix.zeros(arena, 1, 2)), leaky, SpikeMatrix.zeros(arena, 1, 2)));
    }

    @Test
    void resetForgetsTheSpikesToo() {
        NeuronGroup group = new RLeaky(Recurrence.oneToOne(0.5f), 0).bind(arena, 3);
        NeuronState state = group.newState(arena, 1);
        FloatMatrix current = FloatMatrix.vector(arena, 2, 0, 2);
        group.run(List.of(current), state, SpikeMatrix.zeros(arena, 1, 3));
        assertArrayEquals(new byte[] {1, 0, 1}, state.previousSpikes().toArray());
        state.reset();
        assertEquals(0, state.previousSpikes().count());
    }

    @Test
    void refusesWhatModelsDoNotHave() {
        FloatMatrix three = FloatMatrix.zeros(arena, 3, 3);
        assertInvalid(
                "alpha of neuron 0 is 0.5, expected more than its beta, 0.5, after both are clamped to [0, 1]",
                () -> new Alpha(0.5f, 0.5f));
        assertInvalid(
                "reset ZERO at the SAME_STEP, expected SUBTRACT, ZERO, CLEAR or NONE at the NEXT_STEP",
                () -> new Alpha(0.9f, 0.5f)
                        .withFiring(
                                ThresholdAndReset.DEFAULT.withReset(Reset.ZERO).withResetTime(Reset.Time.SAME_STEP)));
        assertInvalid("beta is 1.0, expected a finite number above 0, not 1", () -> Lapicque.ofBeta(1));
        assertInvalid("capacitance is 0.0, expected a number that is not 0", () -> Lapicque.of(1, 0, 1));
        assertInvalid(
                "recurrent 3 -> 3 has 3 inputs, expected 4 to match its source",
                () -> new RLeaky(Recurrence.allToAll(three), 0.5f).bind(arena, 4));
        assertInvalid(
                "recurrent 3 -> 3, expected four outputs for each input",
                () -> new SLstm(three, FloatMatrix.zeros(1, 3), 0.1f));
        assertInvalid("beta is 1.5, expected a finite number, at most 1", () -> new StateLeaky(1.5f));
        NeuronGroup recurrent = new RLeaky(Recurrence.allToAll(three), 0.5f).bind(arena, 3);
        assertInvalid(
                "3 rows are not a whole number of steps of batch 2",
                () -> recurrent.run(
                        List.of(FloatMatrix.zeros(arena, 3, 3)),
                        recurrent.newState(arena, 2),
                        SpikeMatrix.zeros(arena, 3, 3)));
        FloatMatrix current = FloatMatrix.zeros(arena, 2, 3);
        current.fill(1);
        NeuronState state = recurrent.newState(arena, 2);
        assertInvalid(
                "current has 2 rows, expected at least 4 and at least 1 in use",
                () -> BoundPopulation.steps(recurrent)
                        .run(new NeuronRun<>(state, state.membrane(), state.spikes(), Tile.whole(current))
                                .go(4, SpikeMatrix.zeros(arena, 4, 3), null)));
        assertEquals(0, state.membrane().get(0, 0), "no step was done");
        assertEquals(
                "RLeaky[beta=0.5, recurrence=recurrent 3 -> 3, firing=" + ThresholdAndReset.DEFAULT + "]",
                new RLeaky(Recurrence.allToAll(three), 0.5f).toString());
    }
}
