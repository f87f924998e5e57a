package dev.spikelane.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OneHotTest extends KernelCase {

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 63, 64, 65, 128, 200})
    void decodesWhatItEncodes(int classes) {
        int[] labels = new Random(classes).ints(20, 0, classes).toArray();
        int[] decoded = new int[20];
        FloatMatrix floats = FloatMatrix.zeros(arena, 20, classes);
        OneHot.encode(labels, floats);
        OneHot.decode(floats, decoded);
        assertArrayEquals(labels, decoded);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 20, classes);
        OneHot.encode(labels, spikes);
        OneHot.decode(spikes, new int[20]);
        assertEquals(20, spikes.count());
        OneHot.decode(spikes, decoded);
        assertArrayEquals(labels, decoded);
        SpikeMatrix inverse = SpikeMatrix.zeros(arena, 20, classes);
        OneHot.invert(spikes, inverse);
        assertZeroPads(inverse, "inverse");
        assertEquals(20L * (classes - 1), inverse.count());
        OneHot.invert(inverse, inverse);
        assertArrayEquals(spikes.toArray(), inverse.toArray());
    }

    @Test
    void refusesRowsThatAreNoLabel() {
        FloatMatrix floats = FloatMatrix.copyOf(arena, 2, 3, new float[] {0, 1, 0, 1, 0, 1});
        assertInvalid("row 1 has 2 ones, expected 1", () -> OneHot.decode(floats, new int[2]));
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 70);
        assertInvalid("row 0 has 0 ones, expected 1", () -> OneHot.decode(spikes, new int[2]));
        assertInvalid("oneHot is [2 x 70], expected [3 x 70]", () -> OneHot.decode(spikes, new int[3]));
    }

    @Test
    void refusesLabelsThatAreNoClass() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, 3);
        spikes.set(0, 1, true);
        assertInvalid("label 0 is 3, expected a class of [0, 3)", () -> OneHot.encode(new int[] {3}, spikes));
        assertEquals(1, spikes.count(), "nothing is written");
        assertInvalid(
                "label 0 is -1, expected a class of [0, 3)",
                () -> OneHot.encode(new int[] {-1}, FloatMatrix.zeros(arena, 1, 3)));
        assertInvalid(
                "inverse is [2 x 3], expected [1 x 3]", () -> OneHot.invert(spikes, SpikeMatrix.zeros(arena, 2, 3)));
    }
}
