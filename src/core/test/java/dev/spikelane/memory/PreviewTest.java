package dev.spikelane.memory;

import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

final class PreviewTest {

    @Test
    void smallMatrixIsShownWhole() {
        FloatMatrix values = FloatMatrix.of(new float[] {1, -0.0f, 0.25f}, new float[] {Float.NaN, 1e-10f, -12.5f});
        assertEquals("""
                FloatMatrix [2 x 3]
                     1.0    -0.0    0.25
                     NaN 1.0E-10   -12.5""", values.toString());
        assertEquals("""
                FloatMatrix [1 x 1]
                 7.0""", FloatMatrix.vector(7).toString());
    }

    @Test
    void largeMatrixLosesItsEnds() {
        FloatMatrix values = FloatMatrix.zeros(9, 9);
        values.set(7, 7, 1);
        values.set(8, 8, -1000);
        String zeros = "\n 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0 ...";
        assertEquals(
                "FloatMatrix [9 x 9]" + zeros.repeat(7) + "\n 0.0 0.0 0.0 0.0 0.0 0.0 0.0 1.0 ...\n ...",
                values.toString());
        assertEquals(
                "FloatMatrix [8 x 9]" + zeros.repeat(7) + "\n 0.0 0.0 0.0 0.0 0.0 0.0 0.0 1.0 ...",
                values.rows(0, 8).toString());
        assertEquals(
                "FloatMatrix [9 x 8]" + zeros.replace(" ...", "").repeat(8) + "\n ...",
                FloatMatrix.zeros(9, 8).toString());
    }

    @Test
    void spikesAreCounted() {
        SpikeMatrix spikes = SpikeMatrix.zeros(2, 80);
        spikes.set(0, 1, true);
        assertEquals("""
                SpikeMatrix [2 x 80], 1 spike, density 0.00625
                 0 1 0 0 0 0 0 0 ...
                 0 0 0 0 0 0 0 0 ...""", spikes.toString());
        spikes.set(1, 79, true);
        spikes.set(1, 7, true);
        assertEquals("""
                SpikeMatrix [2 x 80], 3 spikes, density 0.01875
                 0 1 0 0 0 0 0 0 ...
                 0 0 0 0 0 0 0 1 ...""", spikes.toString());
        assertEquals("""
                SpikeMatrix [1 x 3], 0 spikes, density 0.0
                 0 0 0""", SpikeMatrix.zeros(1, 3).toString());
    }

    @Test
    void closedArenaIsNoFailure() {
        Arena arena = Arena.ofConfined();
        FloatMatrix values = FloatMatrix.zeros(arena, 2, 3);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 5);
        arena.close();
        assertEquals("FloatMatrix [2 x 3], whose arena is closed", values.toString());
        assertEquals("SpikeMatrix [4 x 5], whose arena is closed", spikes.toString());
    }

    @Test
    void confinedArenaOfAnotherThreadIsNoFailure() {
        try (Arena arena = Arena.ofConfined()) {
            FloatMatrix values = FloatMatrix.zeros(arena, 2, 3);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 5);
            assertEquals(null, onOtherThread("stranger", () -> {
                assertEquals("FloatMatrix [2 x 3], whose arena is confined to another thread", values.toString());
                assertEquals("SpikeMatrix [4 x 5], whose arena is confined to another thread", spikes.toString());
            }));
        }
    }
}
