package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
final class QuantizationTest extends KernelCase {

    @Test
    void uniformLevelsHaveEqualDistances() {
        assertArrayEquals(
                new float[] {-1, -0.26666665f, 0.4666667f, 1.2f},
                Quantization.uniform(2, 1, 0, 0.2).levels(),
                1e-6f);
        assertEquals(256, Quantization.uniform(8, 1, 0, 0.2).levels().length);
    }

    /** snnTorch's formula by hand: 3 bits, 7 of 8 levels below the threshold, base 0.3. */
    @Test
    void levelsAroundTheThresholdCloseIn() {
        float[] levels = Quantization.aroundThreshold(3, 1, 0, 0.2).levels();
        double room = (1 - Math.pow(0.3, 7)) / (1 - 0.3) / 2;
        assertEquals(8, levels.length);
        assertEquals(-1, levels[0]);
        assertEquals(-1 + 1 / room, levels[1], 1e-6);
        assertEquals(-1 + 1.3 / room, levels[2], 1e-6);
        assertEquals(1, levels[6]);
        assertEquals(1.2, levels[7], 1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void nonUniformLevelsAscendThroughTheirCenter(int bits) {
        for (Quantization each : new Quantization[] {
            Quantization.aroundThreshold(bits, 2, 0.5, 0.25), Quantization.aroundZero(bits, 2, 0.5, 0.25)
        }) {
            float[] levels = each.levels();
            assertEquals(1 << bits, levels.length);
            for (int i = 1; i < levels.length; i++) {
                assertTrue(levels[i] >= levels[i - 1], each + ", level " + i);
            }
            assertEquals(2.5f, levels[levels.length - 1], 1e-5f);
        }
    }

    /** snnTorch divides zero by zero. */
    @Test
    void thresholdMayBeTheHighestLevel() {
        float[] levels = Quantization.aroundThreshold(3, 1, 0, 0).levels();
        assertEquals(8, levels.length);
        assertEquals(1, levels[7]);
    }

    @Test
    void neuronsKeepRoundedMembranes() {
        Quantization levels = Quantization.of(-1, 0, 0.5f, 2);
        Neuron model = new Leaky(1).withFiring(ThresholdAndReset.DEFAULT.withQuantization(levels));
        NeuronGroup group = model.bind(arena, 7);
        FloatMatrix current = FloatMatrix.copyOf(
                arena, 1, 7, new float[] {0.25f, 0.26f, 1.25f, 1.26f, Float.NaN, Float.POSITIVE_INFINITY, 1e9f});
        NeuronState state = group.newState(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, 7);
        group.run(List.of(current), state, spikes);
        assertArrayEquals(
                new float[] {0, 0.5f, 0.5f, 2, -1, -1, -1}, state.membrane().toArray());
        assertArrayEquals(new byte[] {0, 0, 0, 1, 0, 0, 0}, spikes.toArray());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertInvalid("bits is 17, expected 1 to 16", () -> Quantization.uniform(17, 1, 0, 0.2));
        assertInvalid(
                "threshold -1.0, limits 0.0 and 0.2, expected a threshold above 0, a lower limit from -1,"
                        + " an upper limit above -1, finite numbers",
                () -> Quantization.aroundZero(4, -1, 0, 0.2));
        assertInvalid(
                "multiplier is 0.0, expected a finite number above 0",
                () -> Quantization.nonUniform(4, 1, 0, 0.2, true, 0));
        assertInvalid("level of neuron 1 is NaN, expected a finite number", () -> Quantization.of(1, Float.NaN));
        assertEquals(
                "uniform 4 bits, threshold 1.0, limits 0.0 and 0.2",
                Quantization.uniform(4, 1, 0, 0.2).toString());
        assertEquals(
                "around zero by multiplier 0.5, 4 bits, threshold 1.0, limits 0.0 and 0.2",
                Quantization.nonUniform(4, 1, 0, 0.2, false, 0.5).toString());
        assertEquals("2 given levels", Quantization.of(0, 1).toString());
    }
}
