package dev.spikelane.kernel.product;

import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.OtherLanes.LONG;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;

/**
 * Copies several neighboring windows at a time for {@link Unfold}, if each takes one run of an input row and fits a
 * word.
 */
final class UnfoldLinesVector {

    /** Windows in a vector. */
    private static final int COUNT = LONG.length();

    private static final Class<?> WORDS = LongVector.zero(LONG).getClass();

    private final int inputs;

    /** First bit of an input row, for each row of outputs and of the kernel; -1 in the padding. */
    private final int[] rows;

    private final int kernelRows;

    private final int kernelRowBits;

    /**
     * For each column of outputs: the first bit of its run in a row of the input, a mask as long as the run, and the
     * run's first bit in the window.
     */
    private final long[] from;

    private final long[] bits;
    private final long[] to;

    UnfoldLinesVector(int inputs, int[] rows, int kernelRows, int kernelRowBits, int columns) {
        this.inputs = inputs;
        this.rows = rows;
        this.kernelRows = kernelRows;
        this.kernelRowBits = kernelRowBits;
        this.from = new long[columns + COUNT];
        this.bits = new long[columns + COUNT];
        this.to = new long[columns + COUNT];
    }

    /** Sets the run of a column of outputs. */
    void set(int column, int begin, int length, int place) {
        from[column] = begin;
        bits[column] = -1L >>> -length;
        to[column] = place;
    }

    /**
     * Copies neighboring windows.
     *
     * @param maps the input
     * @param map the first bit of the sample
     * @param y the row of outputs
     * @param x the first column
     * @param windows one word for each window
     * @param offset bytes to the first word
     */
    void cut(MemorySegment maps, long map, int y, int x, int count, MemorySegment windows, long offset) {
        Checks.isNative(windows);
        for (int done = 0; done < count; done += COUNT) {
            int at = Math.max(0, Math.min(done, count - COUNT)); // the last vector overlaps and needs no mask
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
                        .lanewise(LSHL, places.add((long) ky * kernelRowBits))
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
