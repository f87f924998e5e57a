package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each preset follows the equation of its library. */
@EveryWidth
final class LifTest extends KernelCase {

    private static final int STEPS = 60;

    /** Runs one step of one neuron: changes the state, membrane first, and returns the spike. */
    private interface Step {
        boolean next(float[] state, float input);
    }

    private static void assertFollows(Neuron model, Step step) {
        Random random = new Random(4);
        float[] input = new float[STEPS];
        float[] expected = new float[STEPS];
        byte[] expectedSpikes = new byte[STEPS];
        float[] state = new float[2];
        for (int t = 0; t < STEPS; t++) {
            input[t] = random.nextInt(9) / 4f - 0.25f;
            expectedSpikes[t] = (byte) (step.next(state, input[t]) ? 1 : 0);
            expected[t] = state[0];
        }
        try (Arena arena = Arena.ofShared()) {
            NeuronGroup group = model.bind(arena, 1);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, 1);
            FloatMatrix membranes = FloatMatrix.zeros(arena, STEPS, 1);
            group.record(
                    List.of(FloatMatrix.copyOf(arena, STEPS, 1, input)), group.newState(arena, 1), spikes, membranes);
            assertArrayEquals(expected, membranes.toArray());
            assertArrayEquals(expectedSpikes, spikes.toArray());
            long count = spikes.count();
            assertEquals(true, count > 2 && count < STEPS, count + " spikes");
        }
    }

    @Test
    void snnTorchIsLeaky() {
        assertFollows(Lif.snnTorch(0.75f), (state, input) -> {
            float r = state[0] > 1 ? 1 : 0;
            state[0] = (0.75f * state[0] + input) - r * 1;
            return state[0] > 1;
        });
    }

    @Test
    void spikingJellyClearsAtOnceWhatReachesItsThreshold() {
        assertFollows(Lif.spikingJelly(2), (state, input) -> {
            state[0] = state[0] + (input - state[0]) / 2;
            boolean fires = state[0] >= 1;
            state[0] = fires ? 0 : state[0];
            return fires;
        });
        Lif soft = Lif.spikingJelly(2);
        assertFollows(soft.withFiring(soft.firing().withReset(Reset.SUBTRACT)), (state, input) -> {
            state[0] = state[0] + (input - state[0]) / 2;
            boolean fires = state[0] >= 1;
            state[0] = fires ? state[0] - 1 : state[0];
            return fires;
        });
    }

    @Test
    void norseHasASynapse() {
        float rate = 0.01f * 30;
        float kept = 1 - 0.01f * 20;
        assertFollows(Lif.norse(0.01f, 20, 30), (state, input) -> {
            state[1] = kept * state[1] + input;
            state[0] = state[0] + rate * ((0 - state[0]) + state[1]);
            boolean fires = state[0] > 1;
            state[0] = fires ? 0 : state[0];
            return fires;
        });
    }

    /** The operations of {@code lif_feed_forward_step} in order, which decays the current at the end of a step. */
    @Test
    void norseAgreesToRounding() {
        float[] input = new float[STEPS];
        float[] expected = new float[STEPS];
        byte[] expectedSpikes = new byte[STEPS];
        Random random = new Random(4);
        float v = 0;
        float i = 0;
        for (int t = 0; t < STEPS; t++) {
            input[t] = random.nextInt(9) / 4f - 0.25f;
            float jump = i + input[t];
            float decayed = v + 0.01f * 30 * ((0 - v) + jump);
            i = jump + -0.01f * 20 * jump;
            boolean fires = decayed - 1 > 0;
            v = fires ? 0 : decayed;
            expected[t] = v;
            expectedSpikes[t] = (byte) (fires ? 1 : 0);
        }
        NeuronGroup group = Lif.norse(0.01f, 20, 30).bind(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, 1);
        FloatMatrix membranes = FloatMatrix.zeros(arena, STEPS, 1);
        group.record(List.of(FloatMatrix.copyOf(arena, STEPS, 1, input)), group.newState(arena, 1), spikes, membranes);
        assertArrayEquals(expectedSpikes, spikes.toArray());
        assertArrayEquals(expected, membranes.toArray(), 1e-5f);
    }

    @Test
    void sinabsWeightsItsInput() {
        float a = (float) Math.exp(-1 / 2f);
        assertFollows(Lif.sinabs(2), (state, input) -> {
            state[0] = a * state[0] + (1 - a) * input;
            boolean fires = state[0] >= 1;
            state[0] = fires ? state[0] - 1 : state[0];
            return fires;
        });
    }

    @Test
    void nirHasPotentialsOfItsOwn() {
        Lif model = Lif.nir(
                0.5f, Parameter.of(2), Parameter.of(3), Parameter.of(0.25f), Parameter.of(1.5f), Parameter.of(-0.5f));
        assertFollows(model, (state, input) -> {
            state[0] = state[0] + 0.25f * ((0.25f - state[0]) + input * 3);
            boolean fires = state[0] > 1.5f;
            state[0] = fires ? -0.5f : state[0];
            return fires;
        });
    }

    @Test
    void saysItsConventions() {
        assertEquals(
                "Lif[decay=DIVIDE, leak=2.0, gain=1.0, synapse=0.0, rest=0.0, resetPotential=0.0, firing=ThresholdAndReset["
                        + "threshold=1.0, compare=INCLUSIVE, reset=CLEAR, resetTime=SAME_STEP, inhibition=false,"
                        + " quantization=none]]",
                Lif.spikingJelly(2).toString());
        assertEquals(Decay.EULER, Lif.norse(0.001f, 200, 100).decay());
    }

    @Test
    void refusesWhatItCannotDivideBy() {
        assertInvalid(
                "leak is 0, expected another number, by which the input is divided", () -> Lif.spikingJelly(2, 0));
        assertInvalid(
                "leak is Infinity, expected a finite number",
                () -> Lif.nir(1, Parameter.of(0), Parameter.of(1), Parameter.of(0), Parameter.of(1), Parameter.of(0)));
    }
}
