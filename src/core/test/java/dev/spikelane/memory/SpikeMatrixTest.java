package dev.spikelane.memory;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SpikeMatrixTest {

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "63, -9223372036854775808"})
    void columnIsABitFromTheLowest(int bit, long word) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 130);
        spikes.set(1, 64 + bit, true);
        assertEquals(word, spikes.segment().get(ValueLayout.JAVA_LONG, spikes.rowOffset(1) + 8));
        assertEquals(1, spikes.count());
    }

    /** More words than a loop handles. */
    @Test
    void allSpikesCount() {
        SpikeMatrix spikes = SpikeMatrix.zeros(5_000, 70);
        for (int row = 0; row < 5_000; row++) {
            spikes.set(row, row % 70, true);
        }
        assertEquals(5_000, spikes.count());
        assertEquals(3_001, spikes.count(7, 3_001));
    }

    @Test
    void spikesOfARowAreSetAndFound() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 3, 130);
        spikes.set(1, 5, true);
        spikes.set(1, new int[] {129, 0, 64, 63, 0});
        List<Integer> found = new ArrayList<>();
        spikes.forEachSpike(1, found::add);
        assertEquals(List.of(0, 63, 64, 129), found);
        assertEquals(4, spikes.count());
        assertEquals(-1, spikes.next(0, 0));
        assertEquals(64, spikes.next(1, 64));
        assertEquals(129, spikes.next(1, 65));
        assertEquals(-1, spikes.next(1, 130));
        assertThrows(IndexOutOfBoundsException.class, () -> spikes.next(3, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> spikes.next(0, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> spikes.set(3, new int[0]));
        assertThrows(IndexOutOfBoundsException.class, () -> spikes.set(1, new int[] {7, 130}));
        assertEquals(4, spikes.count());
    }

    @ParameterizedTest
    @ValueSource(bytes = {2, -1, -128, 127})
    void refusesWhatIsNoSpikeAndWritesNothing(byte value) {
        SpikeMatrix spikes = SpikeMatrix.copyOf(arena, 2, 3, new byte[] {0, 1, 0, 1, 0, 1});
        assertInvalid(
                "spike at row 1, column 1 is " + value + ", expected 0 or 1",
                () -> spikes.copyFrom(new byte[] {1, 1, 1, 1, value, 1}));
        assertArrayEquals(new byte[] {0, 1, 0, 1, 0, 1}, spikes.toArray());
    }
}
