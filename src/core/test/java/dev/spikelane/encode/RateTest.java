package dev.spikelane.encode;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
final class RateTest {

    private final Arena arena = Arena.ofConfined();
    private final FloatMatrix data = FloatMatrix.zeros(arena, 2, 70);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 70);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void certainNeuronsAlwaysFireAndOthersNever() {
        FloatMatrix kinds = FloatMatrix.vector(arena, 0, -3, Float.NEGATIVE_INFINITY, 1, 2, Float.POSITIVE_INFINITY);
        byte[] expected = {0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1};
        SpikeMatrix encoded = SpikeMatrix.zeros(arena, 2, 6);
        new Rate().encode(kinds, encoded, 1);
        assertArrayEquals(expected, encoded.toArray());
        new Rate().encode(kinds, encoded, new TorchRandom(1));
        assertArrayEquals(expected, encoded.toArray());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void refusesSettingsThatAreNotFinite(float value) {
        assertInvalid("gain is " + value + ", offset 0.0, expected finite numbers", () -> new Rate(value, 0, 0));
        assertInvalid("gain is 1.0, offset " + value + ", expected finite numbers", () -> new Rate(1, value, 0));
    }

    @Test
    void refusesAFirstSpikeTimeThatNeverComes() {
        assertInvalid("firstSpikeTime is -1, expected at least 0", () -> new Rate(1, 0, -1));
        String message = "firstSpikeTime is 3, expected less than the steps, 3";
        Rate late = new Rate(1, 0, 3);
        assertInvalid(message, () -> late.encode(data, spikes, 1));
        assertInvalid(message, () -> late.encode(data, spikes, new TorchRandom(1)));
    }

    @Test
    void refusesShapesThatDoNotFit() {
        Rate rate = new Rate();
        assertInvalid(
                "data is [2 x 71], expected [2 x 70]", () -> rate.encode(FloatMatrix.zeros(arena, 2, 71), spikes, 1));
        assertInvalid(
                "spikes has 6 rows, expected a multiple of the batch, 4",
                () -> rate.encode(FloatMatrix.zeros(arena, 4, 70), spikes, 1));
        assertInvalid("spikes is [6 x 70], expected [2 x 70]", () -> rate.encodeVarying(data, 2, spikes, 1));
        assertInvalid(
                "spikes is [6 x 70], expected [8 x 70]",
                () -> new Rate(1, 0, 3).encodeVarying(data, 2, spikes, new TorchRandom(1)));
        for (int batch : new int[] {0, -1, 3}) {
            assertInvalid(
                    "data has 2 rows, expected a multiple of the batch, " + batch,
                    () -> rate.encodeVarying(data, batch, spikes, 1));
        }
    }

    @Test
    void refusesAFirstSpikeTimeWhoseRowsOverflow() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Rate(1, 0, Integer.MAX_VALUE).encodeVarying(data, 2, spikes, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Rate(1, 0, Integer.MAX_VALUE).encodeVarying(data, 1, spikes, new TorchRandom(1)));
    }

    @Test
    void refusesDataThatAreNoNumbersAndDrawsNothing() {
        data.set(1, 69, Float.NaN);
        spikes.set(0, 0, true);
        TorchRandom random = new TorchRandom(1);
        String message = "data has a NaN in row 1, expected numbers";
        assertInvalid(message, () -> new Rate(1, 0, 1).encode(data, spikes, 1));
        assertInvalid(message, () -> new Rate(1, 0, 1).encode(data, spikes, random));
        assertInvalid(message, () -> new Rate(1, 0, 2).encodeVarying(data, 2, spikes, random));
        assertEquals(1, spikes.count());
        assertEquals(new TorchRandom(1).nextFloat(), random.nextFloat());
    }

    @Test
    void refusesMemoryItCannotUse() {
        Arena other = Arena.ofConfined();
        FloatMatrix gone = FloatMatrix.zeros(other, 2, 70);
        SpikeMatrix nowhere = SpikeMatrix.zeros(other, 6, 70);
        other.close();
        assertIllegalState("the arena of data is closed", () -> new Rate().encode(gone, spikes, 1));
        assertIllegalState("the arena of spikes is closed", () -> new Rate().encode(data, nowhere, new TorchRandom(1)));
        assertInstanceOf(
                WrongThreadException.class, onOtherThread("stranger", () -> new Rate().encode(data, spikes, 1)));
    }

    @Test
    void equalsByValue() {
        assertEquals(new Rate(1, 0, 0), new Rate());
        assertEquals("Rate[gain=2.0, offset=0.5, firstSpikeTime=3]", new Rate(2, 0.5f, 3).toString());
        assertThrows(NullPointerException.class, () -> new Rate().encode(data, spikes, null));
    }
}
