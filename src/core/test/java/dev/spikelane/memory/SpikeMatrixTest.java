package dev.spikelane.memory;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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

    /** More words than a loop takes. */
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
    @CsvSource({"0, 3", "3, 0", "-1, 3", "3, -1", "-2147483648, -2147483648"})
    void refusesEmptyAndNegativeSizes(int rows, int columns) {
        assertInvalid(
                "SpikeMatrix is [" + rows + " x " + columns + "], expected at least one row and one column",
                () -> SpikeMatrix.zeros(arena, rows, columns));
    }

    @Test
    void namesTheMatrixThatDoesNotFitMemory() {
        assertMessage(
                OutOfMemoryError.class,
                "SpikeMatrix [2147483647 x 2147483647] needs 576460752034988032 bytes, which the system refused",
                () -> SpikeMatrix.zeros(arena, Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertEquals(0, SpikeMatrix.zeros(arena, 1, 1).count(), "the arena is still good");
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

    @Test
    void refusesArraysOfAnotherLength() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 3);
        String message = "array has 7 values, expected 6 for a [2 x 3] matrix";
        assertInvalid(message, () -> spikes.copyFrom(new byte[7]));
        assertInvalid(message, () -> spikes.copyTo(new byte[7]));
        assertInvalid(message, () -> SpikeMatrix.copyOf(arena, 2, 3, new byte[7]));
    }

    @Test
    void refusesMatricesOfAnotherShape() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 3);
        assertInvalid("source is [2 x 4], expected [2 x 3]", () -> spikes.copyFrom(SpikeMatrix.zeros(arena, 2, 4)));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "2, 0", "0, -1", "0, 3", "0, 63", "2147483647, 2147483647"})
    void refusesIndicesOutside(int row, int column) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 3);
        String message = "SpikeMatrix is [2 x 3], asked for row " + row + ", column " + column;
        assertMessage(IndexOutOfBoundsException.class, message, () -> spikes.get(row, column));
        assertMessage(IndexOutOfBoundsException.class, message, () -> spikes.set(row, column, true));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 0", "0, 4", "3, 1", "2, 2", "0, -1", "2147483647, 2147483647"})
    void refusesRowsOutside(int first, int count) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 3, 2);
        String message = "SpikeMatrix has 3 rows, asked for " + count + " from row " + first;
        assertMessage(IndexOutOfBoundsException.class, message, () -> spikes.rows(first, count));
        assertMessage(IndexOutOfBoundsException.class, message, () -> spikes.count(first, count));
    }

    @Test
    void closedArenaIsNamed() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 3);
        arena.close();
        assertIllegalState("the arena of input is closed", () -> spikes.requireShape("input", 2, 3));
        assertThrows(IllegalStateException.class, () -> spikes.get(0, 0));
        assertThrows(IllegalStateException.class, () -> spikes.set(0, 0, true));
        assertThrows(IllegalStateException.class, spikes::count);
        assertThrows(IllegalStateException.class, spikes::clear);
    }

    @Test
    void confinedArenaOfAnotherThreadIsNamed() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 3);
        Throwable thrown = onOtherThread("stranger", () -> spikes.requireShape("input", 2, 3));
        assertInstanceOf(WrongThreadException.class, thrown);
        assertEquals(
                "the arena of input is confined to another thread, expected Arena.ofShared() for use from stranger",
                thrown.getMessage());
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", spikes::count));
    }

    @Test
    void saysWhatItTakes() {
        assertEquals(8, SpikeMatrix.bytes(1, 1));
        assertEquals(2 * 16, SpikeMatrix.bytes(2, 65));
        assertEquals(SpikeMatrix.zeros(arena, 3, 70).segment().byteSize(), SpikeMatrix.bytes(3, 70));
        assertThrows(IllegalArgumentException.class, () -> SpikeMatrix.bytes(1, 0));
    }
}
