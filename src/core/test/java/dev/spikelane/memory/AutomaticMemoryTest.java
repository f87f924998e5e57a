package dev.spikelane.memory;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.limit.NativeMemory;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Matrices without an arena. */
final class AutomaticMemoryTest {

    private static final long MEGABYTE = 1 << 20;
    private static final int COLUMNS = 1 << 14;
    private static final int FLOAT_ROWS = 1 << 10;
    private static final long MATRIX_MEGABYTES = 64;

    @Test
    void forgottenMatricesAreFreed() {
        long before = used();
        long most = 0;
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 4; i++) {
                FloatMatrix.zeros(FLOAT_ROWS, COLUMNS).set(FLOAT_ROWS - 1, COLUMNS - 1, 1);
                SpikeMatrix.zeros(32 * FLOAT_ROWS, COLUMNS).set(0, 0, true);
            }
            most = Math.max(most, used());
            awaitUsed(before);
        }
        assertTrue(most >= before + MATRIX_MEGABYTES, "at most " + most + " MB counted, " + before + " MB before any");
    }

    @Test
    void rowViewsKeepTheMemory() {
        long before = used();
        List<Signal> views = new ArrayList<>();
        views.add(lastRow());
        System.gc();
        awaitCleaner();
        assertTrue(used() >= before + MATRIX_MEGABYTES - 1, "the memory of a view was freed");
        assertEquals(5, ((FloatMatrix) views.getFirst()).get(0, 3));
        views.clear();
        awaitUsed(before);
    }

    private static FloatMatrix lastRow() {
        FloatMatrix matrix = FloatMatrix.zeros(FLOAT_ROWS, COLUMNS);
        matrix.set(FLOAT_ROWS - 1, 3, 5);
        return matrix.rows(FLOAT_ROWS - 1, 1);
    }

    @Test
    void factoriesFillTheRowsAndKeepThePads() {
        float[] values = {1, -0.0f, 3, 4, 5, Float.NaN};
        FloatMatrix copy = FloatMatrix.copyOf(2, 3, values);
        FloatMatrix ofRows = FloatMatrix.of(new float[] {1, -0.0f, 3}, new float[] {4, 5, Float.NaN});
        FloatMatrix vector = FloatMatrix.vector(values);
        SpikeMatrix spikes = SpikeMatrix.copyOf(2, 3, new byte[] {0, 1, 1, 1, 0, 1});
        assertArrayEquals(values, copy.toArray());
        assertArrayEquals(values, ofRows.toArray());
        assertEquals(2, ofRows.rows());
        assertEquals(3, ofRows.columns());
        assertArrayEquals(values, vector.toArray());
        assertEquals(1, vector.rows());
        assertArrayEquals(new byte[] {0, 1, 1, 1, 0, 1}, spikes.toArray());
        assertZeroPads(copy, "copyOf");
        assertZeroPads(ofRows, "of");
        assertZeroPads(spikes, "copyOf");
        assertEquals(0, ofRows.segment().address() % 64);
    }

    @Test
    void refusesWhatIsNoMatrix() {
        String empty = "], expected at least one row and one column";
        assertInvalid("FloatMatrix is [0 x 0" + empty, () -> FloatMatrix.of());
        assertInvalid("FloatMatrix is [1 x 0" + empty, () -> FloatMatrix.of(new float[0]));
        assertInvalid("FloatMatrix is [0 x 3" + empty, () -> FloatMatrix.zeros(0, 3));
        assertInvalid("SpikeMatrix is [3 x -1" + empty, () -> SpikeMatrix.zeros(3, -1));
        assertInvalid(
                "row 2 has 3 values, expected 2, as in row 0",
                () -> FloatMatrix.of(new float[2], new float[2], new float[3]));
        assertInvalid(
                "array has 5 values, expected 6 for a [2 x 3] matrix", () -> FloatMatrix.copyOf(2, 3, new float[5]));
    }

    @Test
    void namesTheLimitOfTheJvm() {
        long mostHeap = Runtime.getRuntime().maxMemory();
        long bytes = mostHeap / 4096 * 4096 + (64 << 20); // in rows of 4,096 bytes
        Assumptions.assumeTrue(bytes < NativeMemory.limit() - NativeMemory.held(), "the heap may have nearly all");
        int rows = Math.toIntExact(bytes / 4096);
        String limit = bytes
                + " bytes, which the system refused; memory without an arena is limited by -XX:MaxDirectMemorySize, "
                + "which is the most heap by default";
        assertMessage(
                OutOfMemoryError.class,
                "FloatMatrix [" + rows + " x 1024] needs " + limit,
                () -> FloatMatrix.zeros(rows, 1 << 10));
        assertMessage(
                OutOfMemoryError.class,
                "SpikeMatrix [" + rows + " x 32768] needs " + limit,
                () -> SpikeMatrix.zeros(rows, 1 << 15));
    }

    /** Independent of the JVM's message. */
    @Test
    void namesTheLimitOfNativeMemory() {
        OutOfMemoryError floats = assertThrows(OutOfMemoryError.class, () -> FloatMatrix.zeros(1 << 30, 1 << 20));
        String start =
                "FloatMatrix [1073741824 x 1048576] is refused: 4503599627370496 bytes of native memory would pass"
                        + " the limit: held are ";
        assertTrue(floats.getMessage().startsWith(start), floats.getMessage());
    }

    /** Collects until about {@code before} is in use again. */
    private static void awaitUsed(long before) {
        long end = System.nanoTime() + 100_000_000_000L;
        do {
            System.gc();
            awaitCleaner();
        } while (used() > before + MATRIX_MEGABYTES / 2 && System.nanoTime() < end);
        assertTrue(used() <= before + MATRIX_MEGABYTES / 2, used() + " MB in use, " + before + " MB before");
    }

    /** The JVM frees memory on a separate thread. */
    private static void awaitCleaner() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Returns the megabytes of native memory that await a collection. */
    private static long used() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum()
                / MEGABYTE;
    }
}
