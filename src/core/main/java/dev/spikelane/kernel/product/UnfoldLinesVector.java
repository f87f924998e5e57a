package dev.spikelane.kernel.product;

import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.OtherLanes.LONG;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;

/** Cuts windows that are words out of rows that are words, some neighboring windows at a time: one run of each row. */
final class UnfoldLinesVector {

    /** Windows in a vector. */
    private static final int COUNT = LONG.length();

    private static final Class<?> WORDS = LongVector.zero(LONG).getClass();

    /** Bits of a row of the input. */
    private final int inputs;

    /** For each row of outputs and of the kernel, where that row of the input begins; -1 in the padding. */
    private final int[] rows;

    /** Rows of the kernel, and bits of each. */
    private final int kernelRows;

    private final int ofKernelRow;

    /** For each column of outputs where its run begins in a row of the input, its bits, and where they go. */
    private final long[] from;

    private final long[] bits;
    private final long[] to;

    UnfoldLinesVector(int inputs, int[] rows, int kernelRows, int ofKernelRow, int columns) {
        this.inputs = inputs;
        this.rows = rows;
        this.kernelRows = kernelRows;
        this.ofKernelRow = ofKernelRow;
        this.from = new long[columns + COUNT];
        this.bits = new long[columns + COUNT];
        this.to = new long[columns + COUNT];
    }

    /** Says where the run of a column of outputs is. */
    void set(int column, int begin, int length, int place) {
        from[column] = begin;
        bits[column] = -1L >>> -length;
        to[column] = place;
    }

    /**
     * Cuts neighboring windows.
     *
     * @param maps where the input is
     * @param map its first bit
     * @param y row of outputs
     * @param x the first column
     * @param count how many columns
     * @param windows a word for each
     * @param offset of the first, in bytes
     */
    void cut(MemorySegment maps, long map, int y, int x, int count, MemorySegment windows, long offset) {
        Checks.isNative(windows);
        for (int done = 0; done < count; done += COUNT) {
            int at = Math.max(0, Math.min(done, count - COUNT)); // the last vector writes windows again, without a mask
            LongVector begins = LongVector.fromArray(LONG, from, x + at);
            LongVector mask = LongVector.fromArray(LONG, bits, x + at);
            LongVector places = LongVector.fromArray(LONG, to, x + at);
            LongVector words = LongVector.zero(LONG);
            for (int ky = 0; ky < kernelRows; ky++) {
                int begin = rows[y * kernelRows + ky];
                if (words.getClass() != WORDS) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                words = LongVector.broadcast(LONG, begin < 0 ? 0 : Unfold.read(maps, map + begin, inputs))
                        .lanewise(LSHR, begins)
                        .and(mask)
                        .lanewise(LSHL, places.add((long) ky * ofKernelRow))
                        .or(words);
            }
            if (count >= COUNT) {
                words.intoMemorySegment(windows, offset + (long) at * Long.BYTES, ORDER);
            } else {
                words.intoMemorySegment(windows, offset, ORDER, LONG.indexInRange(0, count));
            }
        }
    }
}
