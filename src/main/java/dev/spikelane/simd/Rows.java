package dev.spikelane.simd;

import dev.spikelane.memory.Signal;
import java.lang.foreign.MemorySegment;

/** Copies of rows, with their padding. */
public final class Rows {

    private Rows() {}

    /** Copies some rows to a matrix of the same kind, with as many columns. */
    public static void copy(Signal from, int fromRow, Signal to, int toRow, int count) {
        MemorySegment.copy(
                from.segment(), from.rowOffset(fromRow), to.segment(), to.rowOffset(toRow), from.rowOffset(count));
    }
}
