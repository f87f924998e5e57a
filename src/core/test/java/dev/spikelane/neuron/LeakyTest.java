package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.equation.EquationParameters;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import org.junit.jupiter.api.Test;

@EveryWidth
final class LeakyTest extends KernelCase {

    /** Membranes and spikes of a neuron with an input of 0.75 at every step, by hand. */
    private void assertTrace(Neuron model, float[] membranes, int... spikes) {
        NeuronGroup neuron = model.bind(arena, 1);
        int steps = membranes.length;
        FloatMatrix current = FloatMatrix.zeros(arena, steps, 1);
        current.fill(0.75f);
        SpikeMatrix fired = SpikeMatrix.zeros(arena, steps, 1);
        FloatMatrix recorded = FloatMatrix.zeros(arena, steps, 1);
        neuron.record(List.of(current), neuron.newState(arena, 1), fired, recorded);
        assertArrayEquals(membranes, recorded.toArray());
        for (int step = 0; step < steps; step++) {
            assertEquals(spikes[step], fired.toArray()[step], "spike of step " + step);
        }
    }

    /** Training changes parameters in place: a threshold below 0 would make padding fire. */
    @Test
    void padsStaySilentWhenAThresholdComesBelowZero() {
        TextGroup group = (TextGroup) new Leaky(0.5f).bind(arena, 70);
        NeuronState state = group.newState(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 70);
        group.run(List.of(FloatMatrix.zeros(arena, 4, 70)), state, spikes);
        EquationParameters parameters = group.differentiable().parameters();
        parameters.values("threshold")[0] = -1;
        parameters.update();
        group.run(List.of(FloatMatrix.zeros(arena, 4, 70)), state, spikes);
        assertTrue(spikes.get(0, 69));
        assertZeroPads(spikes, "spikes");
        assertZeroPads(state.membrane(), "membrane");
        NeuronRun<NeuronState> held =
                new NeuronRun<>(state, state.membrane(), state.spikes(), Tile.whole(FloatMatrix.zeros(arena, 1, 70)));
        held.held = true;
        group.run(held.go(4, spikes, null));
        assertTrue(spikes.get(0, 69));
        assertZeroPads(spikes, "spikes of a frame");
        assertZeroPads(state.membrane(), "membrane behind a frame");
    }

    @Test
    void delayedSubtraction() {
        assertTrace(new Leaky(0.5f), new float[] {0.75f, 1.125f, 0.3125f, 0.90625f, 1.203125f}, 0, 1, 0, 0, 1);
    }

    @Test
    void immediateSubtraction() {
        assertTrace(
                new Leaky(0.5f).withDelayedReset(false), new float[] {0.75f, 0.125f, 0.8125f, 0.15625f}, 0, 1, 0, 1);
    }

    @Test
    void delayedZeroKeepsTheInput() {
        assertTrace(new Leaky(0.5f).withReset(Reset.ZERO), new float[] {0.75f, 1.125f, 0.75f, 1.125f}, 0, 1, 0, 1);
    }

    @Test
    void immediateZero() {
        assertTrace(
                new Leaky(0.5f).withReset(Reset.ZERO).withDelayedReset(false),
                new float[] {0.75f, 0, 0.75f, 0},
                0,
                1,
                0,
                1);
    }

    @Test
    void noReset() {
        assertTrace(new Leaky(0.5f).withReset(Reset.NONE), new float[] {0.75f, 1.125f, 1.3125f}, 0, 1, 1);
    }

    @Test
    void betaIsClamped() {
        assertTrace(new Leaky(7).withThreshold(100), new float[] {0.75f, 1.5f, 2.25f}, 0, 0, 0);
        assertTrace(new Leaky(-7).withThreshold(100), new float[] {0.75f, 0.75f, 0.75f}, 0, 0, 0);
    }

    @Test
    void eachNeuronHasItsOwnParameters() {
        NeuronGroup two = new Leaky(1, 0).withThreshold(1, 0.5f).bind(arena, 2);
        NeuronState state = two.newState(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 2);
        two.run(List.of(FloatMatrix.copyOf(arena, 2, 2, new float[] {0.75f, 0.75f, 0.75f, 0.75f})), state, spikes);
        assertArrayEquals(new float[] {1.5f, 0.25f}, state.membrane().toArray());
        assertArrayEquals(new byte[] {0, 1, 1, 0}, spikes.toArray());
    }

    @Test
    void stateIsTheCallers() {
        NeuronGroup neurons = new Leaky(0.5f).bind(arena, 3);
        NeuronState state = neurons.newState(arena, 2);
        assertEquals(List.of("membrane"), state.names());
        assertEquals(2, state.membrane().rows());
        assertEquals(3, state.membrane().columns());
        assertTrue(state.variable("membrane") == state.membrane());
        assertInvalid("no state variable 'synapse', expected one of [membrane]", () -> state.variable("synapse"));

        state.membrane().fill(0.5f);
        neurons.run(List.of(FloatMatrix.zeros(arena, 2, 3)), state, SpikeMatrix.zeros(arena, 2, 3));
        assertEquals(0.25f, state.membrane().get(1, 2), "goes on from what the caller wrote");
        state.reset();
        assertArrayEquals(new float[6], state.membrane().toArray());
    }

    @Test
    void anotherBatchIsAnErrorAndNoReset() {
        NeuronGroup neurons = new Leaky(0.5f).bind(arena, 3);
        NeuronState state = neurons.newState(arena, 4);
        state.membrane().fill(0.5f);
        assertInvalid(
                "6 rows are not a whole number of steps of batch 4",
                () -> neurons.run(List.of(FloatMatrix.zeros(arena, 6, 3)), state, SpikeMatrix.zeros(arena, 6, 3)));
        assertInvalid(
                "2 rows are not a whole number of steps of batch 4",
                () -> neurons.run(List.of(FloatMatrix.zeros(arena, 2, 3)), state, SpikeMatrix.zeros(arena, 2, 3)));
        assertEquals(0.5f, state.membrane().get(3, 2));
    }

    @Test
    void refusesShapesThatDoNotFit() {
        NeuronGroup neurons = new Leaky(0.5f).bind(arena, 3);
        NeuronState state = neurons.newState(arena, 1);
        FloatMatrix current = FloatMatrix.zeros(arena, 5, 3);
        assertInvalid(
                "spikes is [4 x 3], expected [5 x 3]",
                () -> neurons.run(List.of(current), state, SpikeMatrix.zeros(arena, 4, 3)));
        assertInvalid(
                "membranes is [6 x 3], expected [5 x 3]",
                () -> neurons.record(
                        List.of(current), state, SpikeMatrix.zeros(arena, 5, 3), FloatMatrix.zeros(arena, 6, 3)));
        assertInvalid(
                "membrane is [1 x 4], expected [1 x 3]",
                () -> neurons.run(
                        List.of(current),
                        new Leaky(1).bind(arena, 4).newState(arena, 1),
                        SpikeMatrix.zeros(arena, 5, 3)));
        assertThrows(IllegalArgumentException.class, () -> neurons.newState(arena, 0));
    }

    @Test
    void parametersForAnotherNumberOfNeuronsAreNamed() {
        assertInvalid(
                "beta has 2 values, expected 1 or 3, one for each neuron", () -> new Leaky(0.5f, 0.5f).bind(arena, 3));
        assertInvalid(
                "threshold has 4 values, expected 1 or 3, one for each neuron",
                () -> new Leaky(0.5f).withThreshold(1, 1, 1, 1).bind(arena, 3));
    }

    @Test
    void onlyInhibitionCouplesNeurons() {
        assertFalse(new Leaky(0.5f).bind(arena, 3).coupled());
        assertTrue(new Leaky(0.5f).withInhibition(true).bind(arena, 3).coupled());
    }

    @Test
    void inhibitionLetsTheLargestExcessFire() {
        NeuronGroup three =
                new Leaky(0.5f).withInhibition(true).withThreshold(1, 2, 0.5f).bind(arena, 3);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, 3);
        three.run(List.of(FloatMatrix.vector(arena, 1.5f, 2.25f, 1.25f)), three.newState(arena, 1), spikes);
        assertArrayEquals(new byte[] {0, 0, 1}, spikes.toArray());
    }

    @Test
    void inhibitedSpikesAreNotGraded() {
        Leaky graded = new Leaky(0.5f).withGradedSpikesFactor(2.5f);
        assertEquals(Parameter.of(2.5f), graded.spikeValue());
        assertEquals(Parameter.of(1), graded.withInhibition(true).spikeValue());
        assertEquals(Parameter.of(1), new Leaky(0.5f).spikeValue());
    }

    @Test
    void changesOneThingAtATime() {
        Leaky plain = new Leaky(0.5f);
        assertEquals(new Leaky(Parameter.of(0.5f), ThresholdAndReset.DEFAULT, Parameter.of(1)), plain);
        assertEquals(
                new Leaky(
                        Parameter.of(0.5f),
                        ThresholdAndReset.DEFAULT
                                .withThreshold(2, 3)
                                .withReset(Reset.ZERO)
                                .withResetTime(Reset.Time.SAME_STEP_DIFFERENCE)
                                .withInhibition(true),
                        Parameter.of(4)),
                plain.withThreshold(2, 3)
                        .withReset(Reset.ZERO)
                        .withDelayedReset(false)
                        .withInhibition(true)
                        .withGradedSpikesFactor(4));
        assertEquals(new Leaky(0.5f), plain, "the model itself does not change");
    }

    @Test
    void refusesWhatIsNotFinite() {
        assertInvalid("beta is NaN, expected a finite number", () -> new Leaky(Float.NaN));
        assertInvalid(
                "threshold of neuron 1 is Infinity, expected a finite number",
                () -> new Leaky(0.5f).withThreshold(1, Float.POSITIVE_INFINITY));
        assertInvalid(
                "gradedSpikesFactor is NaN, expected a finite number",
                () -> new Leaky(0.5f).withGradedSpikesFactor(Float.NaN));
        assertThrows(IllegalArgumentException.class, Leaky::new);
        assertThrows(NullPointerException.class, () -> new Leaky(0.5f).withReset(null));
    }

    @Test
    void saysWhatItIs() {
        assertEquals(
                "Leaky[beta=0.5, firing=ThresholdAndReset[threshold=2 values from 1.0 to 2.0, compare=STRICT, reset=ZERO, resetTime=NEXT_STEP,"
                        + " inhibition=false, quantization=none], gradedSpikesFactor=1.0]",
                new Leaky(0.5f).withThreshold(1, 2).withReset(Reset.ZERO).toString());
    }
}
