package dev.spikelane.memory;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.onOtherThread;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FloatMatrixTest {

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** Kernels tell C2 the class of native memory, which neither that of arrays nor that of mapped files has. */
    @Test
    void refusesArenasWhoseMemoryIsNotNative(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("mapped");
        Files.write(file, new byte[256]);
        try (FileChannel channel = FileChannel.open(file)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 256, arena);
            for (MemorySegment memory : List.of(MemorySegment.ofArray(new long[32]), mapped)) {
                Arena other = arenaOf(memory);
                for (Executable taker : List.<Executable>of(
                        () -> FloatMatrix.zeros(other, 1, 64), () -> SpikeMatrix.zeros(other, 1, 64))) {
                    assertInvalid("arena allocates " + memory + ", expected native memory that is not mapped", taker);
                }
            }
        }
    }

    private Arena arenaOf(MemorySegment memory) {
        return new Arena() {
            @Override
            public MemorySegment allocate(long size, long alignment) {
                return memory;
            }

            @Override
            public MemorySegment.Scope scope() {
                return arena.scope();
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void vectorIsOneRow() {
        FloatMatrix vector = FloatMatrix.vector(arena, 1, -0.0f, 3);
        assertEquals(1, vector.rows());
        assertArrayEquals(new float[] {1, -0.0f, 3}, vector.toArray());
    }

    @Test
    void fillWithNegativeZeroKeepsThePads() {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 2, 3);
        matrix.fill(-0.0f);
        assertEquals(Float.floatToRawIntBits(-0.0f), Float.floatToRawIntBits(matrix.get(1, 2)));
        assertZeroPads(matrix, "fill");
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void namesTheFirstElementThatIsNotFinite(float value) {
        for (int columns : new int[] {1, 3, 64, 130}) {
            FloatMatrix matrix = FloatMatrix.zeros(arena, 3, columns);
            matrix.fill(-Float.MAX_VALUE);
            matrix.set(0, 0, Float.MIN_VALUE);
            matrix.requireFinite("data");
            for (int column = columns - 1; column >= 0; column--) {
                matrix.set(1, column, value);
                assertInvalid(
                        "data has " + value + " at row 1, column " + column + ", expected a finite number",
                        () -> matrix.requireFinite("data"));
            }
        }
    }

    @Test
    void segmentHoldsTheRowsAndNoMore() {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 3, 65);
        assertEquals(3 * 128 * Float.BYTES, matrix.segment().byteSize());
        assertEquals(128 * Float.BYTES, matrix.rows(1, 1).segment().byteSize());
    }

    @ParameterizedTest
    @CsvSource({"0, 3", "3, 0", "-1, 3", "3, -1", "-2147483648, 1", "1, -2147483648"})
    void refusesEmptyAndNegativeSizes(int rows, int columns) {
        assertInvalid(
                "FloatMatrix is [" + rows + " x " + columns + "], expected at least one row and one column",
                () -> FloatMatrix.zeros(arena, rows, columns));
    }

    @Test
    void refusesSizesThatOverflow() {
        assertInvalid(
                "FloatMatrix has 2147483647 columns, expected at most 2147483584",
                () -> FloatMatrix.zeros(arena, 1, Integer.MAX_VALUE));
        assertInvalid(
                "FloatMatrix [2147483647 x 2147483584] needs more bytes than a 64-bit size can say",
                () -> FloatMatrix.zeros(arena, Integer.MAX_VALUE, 2147483584));
    }

    @Test
    void namesTheMatrixThatDoesNotFitMemory() {
        assertMessage(
                OutOfMemoryError.class,
                "FloatMatrix [1073741824 x 1048576] needs 4503599627370496 bytes, which the system refused",
                () -> FloatMatrix.zeros(arena, 1 << 30, 1 << 20));
        assertEquals(0, FloatMatrix.zeros(arena, 1, 1).get(0, 0), "the arena is still good");
    }

    @Test
    void refusesArraysOfAnotherLength() {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 2, 3);
        String message = "array has 5 values, expected 6 for a [2 x 3] matrix";
        assertInvalid(message, () -> matrix.copyFrom(new float[5]));
        assertInvalid(message, () -> matrix.copyTo(new float[5]));
        assertInvalid(message, () -> FloatMatrix.copyOf(arena, 2, 3, new float[5]));
        assertThrows(IllegalArgumentException.class, () -> FloatMatrix.vector(arena));
    }

    @Test
    void refusesMatricesOfAnotherShape() {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 2, 3);
        assertInvalid("source is [3 x 2], expected [2 x 3]", () -> matrix.copyFrom(FloatMatrix.zeros(arena, 3, 2)));
        assertInvalid("current is [2 x 3], expected [2 x 4]", () -> matrix.requireShape("current", 2, 4));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "2, 0", "0, -1", "0, 3", "0, 63", "2147483647, 2147483647"})
    void refusesIndicesOutside(int row, int column) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 2, 3);
        String message = "FloatMatrix is [2 x 3], asked for row " + row + ", column " + column;
        assertMessage(IndexOutOfBoundsException.class, message, () -> matrix.get(row, column));
        assertMessage(IndexOutOfBoundsException.class, message, () -> matrix.set(row, column, 1));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 0", "0, 4", "3, 1", "2, 2", "0, -1", "2147483647, 2147483647", "1, 2147483647"})
    void refusesRowsOutside(int first, int count) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 3, 2);
        assertMessage(
                IndexOutOfBoundsException.class,
                "FloatMatrix has 3 rows, asked for " + count + " from row " + first,
                () -> matrix.rows(first, count));
    }

    @Test
    void closedArenaIsNamed() {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 2, 3);
        FloatMatrix view = matrix.rows(1, 1);
        arena.close();
        assertIllegalState("the arena of membrane is closed", () -> matrix.requireShape("membrane", 2, 3));
        assertThrows(IllegalStateException.class, () -> matrix.get(0, 0));
        assertThrows(IllegalStateException.class, () -> view.set(0, 0, 1));
        assertThrows(IllegalStateException.class, () -> matrix.fill(1));
        assertThrows(IllegalStateException.class, matrix::toArray);
        assertThrows(IllegalStateException.class, () -> FloatMatrix.zeros(arena, 1, 1));
    }

    @Test
    void confinedArenaOfAnotherThreadIsNamed() {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 2, 3);
        Throwable thrown = onOtherThread("stranger", () -> matrix.requireShape("membrane", 2, 3));
        assertInstanceOf(WrongThreadException.class, thrown);
        assertEquals(
                "the arena of membrane is confined to another thread, expected Arena.ofShared() for use from stranger",
                thrown.getMessage());
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", () -> matrix.get(0, 0)));
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", () -> FloatMatrix.zeros(arena, 1, 1)));
    }

    @Test
    void sharedArenaServesOtherThreads() {
        try (Arena shared = Arena.ofShared()) {
            FloatMatrix matrix = FloatMatrix.zeros(shared, 2, 3);
            assertEquals(null, onOtherThread("friend", () -> {
                matrix.requireShape("membrane", 2, 3);
                matrix.set(1, 2, 7);
            }));
            assertTrue(matrix.get(1, 2) == 7);
        }
    }

    @Test
    void saysWhatItTakes() {
        assertEquals(256, FloatMatrix.bytes(1, 1));
        assertEquals(2 * 512, FloatMatrix.bytes(2, 65));
        assertEquals(60_000L * 832 * Float.BYTES, FloatMatrix.bytes(60_000, 784));
        assertEquals(Long.MAX_VALUE, FloatMatrix.bytes(Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertEquals(FloatMatrix.zeros(arena, 3, 70).segment().byteSize(), FloatMatrix.bytes(3, 70));
        assertThrows(IllegalArgumentException.class, () -> FloatMatrix.bytes(0, 1));
    }
}
