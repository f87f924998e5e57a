package dev.spikelane.memory;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Allocations;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules for matrices of floats and of spikes. */
final class SignalTest {

    private final Arena arena = Arena.ofConfined();
    private final FloatMatrix values = FloatMatrix.zeros(arena, 2, 3);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 3);

    @AfterEach
    void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private interface Kind {
        Signal zeros(Arena arena, int rows, int columns);
    }

    private static final Map<String, Kind> KINDS =
            Map.of("FloatMatrix", FloatMatrix::zeros, "SpikeMatrix", SpikeMatrix::zeros);

    @ParameterizedTest
    @CsvSource({"0, 3", "3, 0", "-1, 3", "3, -1", "-2147483648, 1", "1, -2147483648", "-2147483648, -2147483648"})
    void refusesEmptyAndNegativeSizes(int rows, int columns) {
        KINDS.forEach((name, kind) -> assertInvalid(
                name + " is [" + rows + " x " + columns + "], expected at least one row and one column",
                () -> kind.zeros(arena, rows, columns)));
    }

    @ParameterizedTest
    @CsvSource({
        "FloatMatrix, 1073741824, 1048576, 4503599627370496",
        "SpikeMatrix, 2147483647, 2147483647, 576460752034988032"
    })
    void namesTheMatrixThatDoesNotFitMemory(String name, int rows, int columns, long bytes) {
        Kind kind = KINDS.get(name);
        assertMessage(
                OutOfMemoryError.class,
                name + " [" + rows + " x " + columns + "] needs " + bytes + " bytes, which the system refused",
                () -> kind.zeros(arena, rows, columns));
        assertEquals(1, kind.zeros(arena, 1, 1).rows(), "the arena is still good");
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "2, 0", "0, -1", "0, 3", "0, 63", "2147483647, 2147483647"})
    void refusesIndicesOutside(int row, int column) {
        String message = "Matrix is [2 x 3], asked for row " + row + ", column " + column;
        assertOutside("Float" + message, () -> values.get(row, column));
        assertOutside("Float" + message, () -> values.set(row, column, 1));
        assertOutside("Spike" + message, () -> spikes.get(row, column));
        assertOutside("Spike" + message, () -> spikes.set(row, column, true));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 0", "0, 3", "2, 1", "1, 2", "0, -1", "2147483647, 2147483647", "1, 2147483647"})
    void refusesRowsOutside(int first, int count) {
        String message = "Matrix has 2 rows, asked for " + count + " from row " + first;
        assertOutside("Float" + message, () -> values.rows(first, count));
        assertOutside("Spike" + message, () -> spikes.rows(first, count));
        assertOutside("Spike" + message, () -> spikes.count(first, count));
    }

    private static void assertOutside(String message, Executable call) {
        assertMessage(IndexOutOfBoundsException.class, message, call);
    }

    @Test
    void refusesWhatHasAnotherSize() {
        String floats = "array has 5 values, expected 6 for a [2 x 3] matrix";
        assertInvalid(floats, () -> values.copyFrom(new float[5]));
        assertInvalid(floats, () -> values.copyTo(new float[5]));
        assertInvalid(floats, () -> FloatMatrix.copyOf(arena, 2, 3, new float[5]));
        String bytes = "array has 7 values, expected 6 for a [2 x 3] matrix";
        assertInvalid(bytes, () -> spikes.copyFrom(new byte[7]));
        assertInvalid(bytes, () -> spikes.copyTo(new byte[7]));
        assertInvalid(bytes, () -> SpikeMatrix.copyOf(arena, 2, 3, new byte[7]));
        assertInvalid("source is [3 x 2], expected [2 x 3]", () -> values.copyFrom(FloatMatrix.zeros(arena, 3, 2)));
        assertInvalid("source is [2 x 4], expected [2 x 3]", () -> spikes.copyFrom(SpikeMatrix.zeros(arena, 2, 4)));
        assertInvalid("current is [2 x 3], expected [2 x 4]", () -> values.requireShape("current", 2, 4));
        assertThrows(IllegalArgumentException.class, () -> FloatMatrix.vector(arena));
    }

    @Test
    void saysWhatItTakes() {
        assertEquals(256, FloatMatrix.bytes(1, 1));
        assertEquals(2 * 512, FloatMatrix.bytes(2, 65));
        assertEquals(60_000L * 832 * Float.BYTES, FloatMatrix.bytes(60_000, 784));
        assertEquals(Long.MAX_VALUE, FloatMatrix.bytes(Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertEquals(FloatMatrix.zeros(arena, 3, 70).segment().byteSize(), FloatMatrix.bytes(3, 70));
        assertThrows(IllegalArgumentException.class, () -> FloatMatrix.bytes(0, 1));
        assertEquals(8, SpikeMatrix.bytes(1, 1));
        assertEquals(2 * 16, SpikeMatrix.bytes(2, 65));
        assertEquals(SpikeMatrix.zeros(arena, 3, 70).segment().byteSize(), SpikeMatrix.bytes(3, 70));
        assertThrows(IllegalArgumentException.class, () -> SpikeMatrix.bytes(1, 0));
    }

    /** Only its thread may use a confined arena; shared arenas, and memory without an arena, are for all threads. */
    @Test
    void otherThreadsMayUseWhatIsNotConfined() {
        try (Arena shared = Arena.ofShared()) {
            for (Signal signal : List.of(values, spikes)) {
                assertFalse(signal.isShared());
                assertFalse(signal.rows(1, 1).isShared());
                assertInvalid(
                        "the arena of weights is confined to one thread, expected Arena.ofShared(), or no arena for memory "
                                + "that is freed by itself",
                        () -> signal.requireShared("weights"));
            }
            for (Arena each : List.of(shared, Arena.ofAuto(), Arena.global())) {
                assertServesOthers(FloatMatrix.zeros(each, 2, 3), SpikeMatrix.zeros(each, 2, 3));
            }
        }
        assertServesOthers(FloatMatrix.zeros(2, 3), SpikeMatrix.zeros(2, 3));
    }

    private static void assertServesOthers(FloatMatrix floats, SpikeMatrix bits) {
        for (Signal signal : List.of(floats, bits)) {
            assertTrue(signal.isShared());
            signal.requireShared("weights");
        }
        assertEquals(null, onOtherThread("friend", () -> {
            floats.requireShape("membrane", 2, 3);
            bits.requireAccessible("spikes");
            floats.set(1, 2, 7);
            bits.set(1, 2, true);
        }));
        assertEquals(7, floats.get(1, 2));
        assertTrue(bits.get(1, 2));
    }

    @Test
    void askingAllocatesNothing() {
        SpikeMatrix free = SpikeMatrix.zeros(2, 3);
        Allocations.assertNone(1000, () -> {
            if (values.isShared()) {
                throw new AssertionError("a confined arena is shared");
            }
            free.requireShared("spikes");
            free.requireShape("spikes", 2, 3);
        });
    }

    @Test
    void closedArenaIsNamed() {
        FloatMatrix view = values.rows(1, 1);
        arena.close();
        for (Signal signal : List.of(values, spikes)) {
            assertClosed("input", () -> signal.requireShape("input", 2, 3));
            assertClosed("input", () -> signal.requireAccessible("input"));
        }
        assertClosed("input", () -> values.requireFinite("input"));
        assertClosed("FloatMatrix [2 x 3]", () -> values.fill(1));
        assertClosed("FloatMatrix [2 x 3]", () -> values.copyFrom(new float[6]));
        assertClosed("FloatMatrix [2 x 3]", () -> values.copyFrom(FloatMatrix.zeros(2, 3)));
        assertClosed("source", () -> FloatMatrix.zeros(2, 3).copyFrom(values));
        assertClosed("FloatMatrix [2 x 3]", values::toArray);
        assertClosed("SpikeMatrix [2 x 3]", spikes::clear);
        assertClosed("SpikeMatrix [2 x 3]", spikes::density);
        assertClosed("SpikeMatrix [1 x 3]", () -> spikes.rows(0, 1).toArray());
        assertClosed("SpikeMatrix [2 x 3]", () -> spikes.copyFrom(new byte[6]));
        assertClosed("SpikeMatrix [2 x 3]", () -> spikes.copyFrom(SpikeMatrix.zeros(2, 3)));
        assertClosed("source", () -> SpikeMatrix.zeros(2, 3).copyFrom(spikes));
        assertThrows(IllegalStateException.class, () -> values.get(0, 0));
        assertThrows(IllegalStateException.class, () -> view.set(0, 0, 1));
        assertThrows(IllegalStateException.class, () -> spikes.get(0, 0));
        assertThrows(IllegalStateException.class, () -> spikes.set(0, 0, true));
        assertThrows(IllegalStateException.class, spikes::count);
        assertThrows(IllegalStateException.class, () -> FloatMatrix.zeros(arena, 1, 1));
    }

    @Test
    void confinedArenaOfAnotherThreadIsNamed() {
        for (Signal signal : List.of(values, spikes)) {
            assertConfined("membrane", () -> signal.requireShape("membrane", 2, 3));
            assertConfined("input", () -> signal.requireAccessible("input"));
        }
        assertConfined("FloatMatrix [2 x 3]", () -> values.fill(1));
        assertConfined("SpikeMatrix [2 x 3]", spikes::clear);
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", () -> values.get(0, 0)));
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", spikes::count));
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", () -> FloatMatrix.zeros(arena, 1, 1)));
    }

    private static void assertConfined(String name, Executable use) {
        Throwable thrown = onOtherThread("stranger", use);
        assertInstanceOf(WrongThreadException.class, thrown);
        assertEquals(
                "the arena of " + name
                        + " is confined to another thread, expected Arena.ofShared() for use from stranger",
                thrown.getMessage());
    }

    @Test
    void wordsAreRows() {
        FloatMatrix floats = FloatMatrix.zeros(arena, 2, 192);
        SpikeMatrix bits = SpikeMatrix.zeros(arena, 2, 192);
        floats.set(1, 70, 3);
        bits.set(1, 70, true);
        assertEquals(6, floats.inRowsOf(64).rows());
        assertEquals(3, floats.inRowsOf(64).get(4, 6));
        assertTrue(bits.inRowsOf(64).get(4, 6));
        assertEquals(1, bits.inRowsOf(64).count());
        assertEquals(2, bits.inRowsOf(192).rows());
        assertSame(
                bits.rows(1, 1).segment().address() + Long.BYTES,
                bits.inRowsOf(64).rows(4, 1));
        for (Signal signal : List.of(floats, bits)) {
            for (int narrower : new int[] {0, 32, 128}) {
                assertInvalid(
                        "rows have 192 columns, expected a multiple of " + narrower + ", which is a multiple of 64",
                        () -> signal.inRowsOf(narrower));
            }
        }
        Allocations.assertNone(1000, () -> {
            // two widths alternate, like maps with other channels in a thread's memory
            if (floats.inRowsOf(64).rows() + bits.inRowsOf(64).rows() != 12
                    || floats.inRowsOf(192).rows() + bits.inRowsOf(192).rows() != 4) {
                throw new AssertionError("other rows");
            }
        });
    }

    private static void assertSame(long address, SpikeMatrix view) {
        assertEquals(address, view.segment().address());
    }

    private static void assertClosed(String name, Runnable use) {
        assertIllegalState("the arena of " + name + " is closed", use::run);
    }
}
