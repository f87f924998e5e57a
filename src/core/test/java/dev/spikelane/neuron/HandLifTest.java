package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;

@EveryWidth
final class HandLifTest extends KernelCase {

    /** By hand: the spike is determined before the step, and resets in it. */
    @Test
    void spikeAndResetFallIntoOneStep() {
        NeuronGroup neuron = new HandLif(0.5f).bind(arena, 1);
        FloatMatrix current = FloatMatrix.zeros(arena, 5, 1);
        current.fill(0.75f);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 5, 1);
        FloatMatrix membranes = FloatMatrix.zeros(arena, 5, 1);
        neuron.record(List.of(current), neuron.newState(arena, 1), spikes, membranes);
        assertArrayEquals(new float[] {0.75f, 1.125f, 0.3125f, 0.90625f, 1.203125f}, membranes.toArray());
        assertArrayEquals(new byte[] {0, 0, 1, 0, 0}, spikes.toArray());
    }

    /** Membranes equal Leaky with a delayed reset, and spikes are one step later. */
    @Test
    void firesAStepAfterLeaky() {
        NeuronGroup hand = new HandLif(Parameter.of(0.9f), Parameter.of(0.8f)).bind(arena, 100);
        NeuronGroup leaky = new Leaky(0.9f).withThreshold(0.8f).bind(arena, 100);
        FloatMatrix current = fill(FloatMatrix.zeros(arena, 50, 100), (step, neuron) -> neuron / 200f);
        SpikeMatrix ofHand = SpikeMatrix.zeros(arena, 50, 100);
        SpikeMatrix ofLeaky = SpikeMatrix.zeros(arena, 50, 100);
        NeuronState handState = hand.newState(arena, 1);
        NeuronState leakyState = leaky.newState(arena, 1);
        hand.run(List.of(current), handState, ofHand);
        leaky.run(List.of(current), leakyState, ofLeaky);
        assertArrayEquals(leakyState.membrane().toArray(), handState.membrane().toArray());
        assertEquals(0, ofHand.count(0, 1));
        assertEquals(ofLeaky.count(0, 49), ofHand.count(1, 49));
        for (int step = 1; step < 50; step++) {
            assertArrayEquals(
                    ofLeaky.rows(step - 1, 1).toArray(), ofHand.rows(step, 1).toArray(), "step " + step);
        }
    }

    @Test
    void itsSpikesAreOnes() {
        assertEquals(Parameter.of(1), new HandLif(0.5f).spikeValue());
        assertEquals(new HandLif(Parameter.of(0.5f), Parameter.of(1)), new HandLif(0.5f));
        assertEquals("HandLif[beta=0.5, threshold=1.0]", new HandLif(0.5f).toString());
    }

    @Test
    void refusesWhatIsNotFinite() {
        assertInvalid("beta is NaN, expected a finite number", () -> new HandLif(Float.NaN));
        assertInvalid(
                "threshold is -Infinity, expected a finite number",
                () -> new HandLif(Parameter.of(1), Parameter.of(Float.NEGATIVE_INFINITY)));
    }
}
