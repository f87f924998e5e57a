package dev.spikelane.memory;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

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

    /** Kernels tell C2 the class of native memory, which arrays and mapped files do not have. */
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

    @Test
    void refusesSizesThatOverflow() {
        assertInvalid(
                "FloatMatrix has 2147483647 columns, expected at most 2147483584",
                () -> FloatMatrix.zeros(arena, 1, Integer.MAX_VALUE));
        assertInvalid(
                "FloatMatrix [2147483647 x 2147483584] needs more bytes than a 64-bit size can say",
                () -> FloatMatrix.zeros(arena, Integer.MAX_VALUE, 2147483584));
    }
}
