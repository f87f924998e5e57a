package dev.spikelane.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Rows, columns, samples and sums of steps as new matrices. */
final class RowCopiesTest {

    private static final FloatMatrix VALUES =
            FloatMatrix.of(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6}, new float[] {7, 8});
    private static final SpikeMatrix SPIKES = SpikeMatrix.copyOf(4, 2, new byte[] {1, 0, 0, 1, 1, 1, 0, 0});

    @Test
    void rowsAreGathered() {
        assertArrayEquals(new float[] {5, 6, 1, 2, 5, 6}, VALUES.gather(2, 0, 2).toArray());
        assertArrayEquals(new byte[] {0, 0, 1, 0}, SPIKES.gather(3, 0).toArray());
        assertThrows(IndexOutOfBoundsException.class, () -> VALUES.gather(0, 4));
        assertThrows(IllegalArgumentException.class, VALUES::gather);
    }

    @Test
    void copiesAreTheirOwn() {
        FloatMatrix copy = VALUES.gather(0);
        copy.set(0, 0, 99);
        assertEquals(1, VALUES.get(0, 0));
    }

    @Test
    void columnsAreCopied() {
        assertArrayEquals(new float[] {2, 4, 6, 8}, VALUES.column(1));
        assertArrayEquals(new boolean[] {true, false, true, false}, SPIKES.column(0));
        assertThrows(IndexOutOfBoundsException.class, () -> VALUES.column(2));
    }

    @Test
    void samplesAreTakenFromTimeMajorRows() {
        assertArrayEquals(new float[] {3, 4, 7, 8}, VALUES.sample(1, 2).toArray());
        assertArrayEquals(new byte[] {1, 0, 1, 1}, SPIKES.sample(0, 2).toArray());
        assertThrows(IndexOutOfBoundsException.class, () -> VALUES.sample(2, 2));
        assertThrows(IllegalArgumentException.class, () -> VALUES.sample(0, 3));
    }

    @Test
    void matricesAreConcatenated() {
        assertArrayEquals(
                new float[] {7, 8, 1, 2, 3, 4},
                FloatMatrix.concatenate(VALUES.rows(3, 1), VALUES.rows(0, 2)).toArray());
        assertEquals(8, SpikeMatrix.concatenate(SPIKES, SPIKES).rows());
        assertThrows(IllegalArgumentException.class, () -> FloatMatrix.concatenate(VALUES, FloatMatrix.zeros(1, 3)));
        assertThrows(IllegalArgumentException.class, FloatMatrix::concatenate);
    }

    @Test
    void stepsAreAddedUp() {
        assertArrayEquals(new float[] {6, 8, 10, 12}, VALUES.sumOverSteps(2).toArray());
        assertArrayEquals(new float[] {4, 5}, VALUES.meanOverSteps(1).toArray());
        assertThrows(IllegalArgumentException.class, () -> VALUES.sumOverSteps(3));
    }

    @Test
    void matricesAreTransposed() {
        FloatMatrix transposed = VALUES.transposed();
        assertEquals(2, transposed.rows());
        assertArrayEquals(new float[] {1, 3, 5, 7, 2, 4, 6, 8}, transposed.toArray());
    }
}
