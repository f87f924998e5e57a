package dev.spikelane.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Packed rows from a file. */
final class RowsTest {

    /** Kernels would take them for neurons. */
    @Test
    void bitsBehindTheColumnsStayOut() {
        SpikeMatrix rows = SpikeMatrix.zeros(2, 13);
        MemorySegment packed = MemorySegment.ofArray(new byte[] {-1, -1});
        assertEquals(2, Rows.pack(rows, 1, packed, 0, true));
        assertEquals(0x1fff, rows.segment().get(ValueLayout.JAVA_LONG, rows.rowOffset(1)));
        assertEquals(0, rows.segment().get(ValueLayout.JAVA_LONG, rows.rowOffset(0)));
    }
}
