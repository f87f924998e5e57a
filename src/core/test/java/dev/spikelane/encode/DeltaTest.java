package dev.spikelane.encode;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

@EveryWidth
final class DeltaTest {

    private final Arena arena = Arena.ofAuto();
    private final FloatMatrix data = FloatMatrix.copyOf(arena, 5, 1, new float[] {1, 2, 0, 2, 2.9f});
    private final SpikeMatrix on = SpikeMatrix.zeros(arena, 5, 1);
    private final SpikeMatrix off = SpikeMatrix.zeros(arena, 5, 1);

    /** Examples of snnTorch's documentation. */
    @Test
    void findsChanges() {
        new Delta().withThreshold(1).encode(data, 1, on);
        assertArrayEquals(new byte[] {1, 1, 0, 1, 0}, on.toArray());
        new Delta().withThreshold(1).withPadding(true).encode(data, 1, on, off);
        assertArrayEquals(new byte[] {0, 1, 0, 1, 0}, on.toArray());
        assertArrayEquals(new byte[] {0, 0, 1, 0, 0}, off.toArray());
        FloatMatrix signed = FloatMatrix.zeros(arena, 5, 1);
        new Delta().withThreshold(1).encodeSigned(data, 1, signed);
        assertArrayEquals(new float[] {1, 1, -1, 1, 0}, signed.toArray());
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertInvalid(
                "threshold is NaN, expected a number",
                () -> new Delta().withThreshold(Float.NaN).withPadding(true));
        on.set(0, 0, true);
        assertInvalid(
                "off is [4 x 1], expected [5 x 1]",
                () -> new Delta().encode(data, 1, on, SpikeMatrix.zeros(arena, 4, 1)));
        assertEquals(1, on.count(), "nothing is written");
        assertEquals(new Delta().withThreshold(0.1f), new Delta());
    }
}
