package dev.spikelane.kernel.optimize;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Sums of squares of float32 memory that is read in parts, in any order and by any number of threads.
 *
 * <p>The sum has one order: memory is cut into blocks of {@value #BLOCK} floats. A block has {@value #LANES} sums in
 * float64, each of every fourth float, ascending. The sums of a block, and then the blocks, are added ascending.
 */
public final class SquareSums {

    private static final int BLOCK = 64;
    private static final int LANES = 4;

    private final double[] blocks;

    /**
     * Creates sums of zero.
     *
     * @param floats the length of the memory
     */
    public SquareSums(long floats) {
        this.blocks = new double[Math.toIntExact(Math.ceilDiv(floats, BLOCK))];
    }

    /**
     * Replaces the squares of some values.
     *
     * @param values float32 numbers
     * @param from byte offset of the first of these values
     * @param first its index in the memory, a multiple of {@value #BLOCK}
     * @param end the index after the last value; a multiple too, or the end of the memory
     */
    public void take(MemorySegment values, long from, long first, long end) {
        for (long at = first; at < end; at += BLOCK) {
            int count = (int) Math.min(BLOCK, end - at);
            blocks[(int) (at / BLOCK)] = squares(values, from + (at - first) * Float.BYTES, count);
        }
    }

    private static double squares(MemorySegment values, long from, int count) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i <= count - LANES; i += LANES) { // locals, because C2 keeps them in registers
            long at = from + (long) i * Float.BYTES;
            first += square(values, at);
            second += square(values, at + Float.BYTES);
            third += square(values, at + 2L * Float.BYTES);
            fourth += square(values, at + 3L * Float.BYTES);
        }
        double sum = first + second + third + fourth;
        for (; i < count; i++) {
            sum += square(values, from + (long) i * Float.BYTES);
        }
        return sum;
    }

    private static double square(MemorySegment values, long at) {
        double value = values.get(JAVA_FLOAT, at);
        return value * value;
    }

    /** Returns the sum of all blocks; NaN if a value is. */
    public double sum() {
        double sum = 0;
        for (double block : blocks) {
            sum += block;
        }
        return sum;
    }
}
