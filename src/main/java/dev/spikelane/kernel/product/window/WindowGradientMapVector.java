package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Adds vectors that stand together. */
final class WindowGradientMapVector {

    /** Bytes of four vectors. */
    private static final int STRIP = 4 * BYTES;

    private WindowGradientMapVector() {}

    /**
     * Adds four vectors for each of some positions to a map.
     *
     * @param from bytes in {@code sums} to those of the first position
     * @param step bytes to those of the next
     * @param bases for each position bytes in the map
     * @param order in which these positions are added
     * @param offset bytes beside the bases
     */
    static void add(
            MemorySegment sums,
            int from,
            int step,
            long[] bases,
            int[] order,
            int count,
            MemorySegment map,
            long offset) {
        Checks.isNative(sums);
        Checks.isNative(map);
        for (int i = 0; i < count; i++) {
            int position = order[i];
            long at = bases[position] + offset;
            long of = from + position * (long) step;
            for (int lane = 0; lane < 4 * BYTES; lane += BYTES) {
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, map, at + lane, ORDER);
                sum.add(FloatVector.fromMemorySegment(FLOAT, sums, of + lane, ORDER))
                        .intoMemorySegment(map, at + lane, ORDER);
            }
        }
    }

    /**
     * Adds 64 values of each place of a map, one after the other, to one sum.
     *
     * @param down bytes from a row of the map to the next
     * @param right bytes from a place of a row to the next
     */
    static void addAll(
            MemorySegment values,
            long from,
            long down,
            int rows,
            long right,
            int columns,
            MemorySegment sums,
            long to) {
        Checks.isNative(values);
        Checks.isNative(sums);
        for (int lane = 0; lane < PackedWeights.BLOCK_BYTES; lane += STRIP) {
            long own = to + lane;
            FloatVector s0 = FloatVector.fromMemorySegment(FLOAT, sums, own, ORDER);
            FloatVector s1 = FloatVector.fromMemorySegment(FLOAT, sums, own + BYTES, ORDER);
            FloatVector s2 = FloatVector.fromMemorySegment(FLOAT, sums, own + 2L * BYTES, ORDER);
            FloatVector s3 = FloatVector.fromMemorySegment(FLOAT, sums, own + 3L * BYTES, ORDER);
            for (int row = 0; row < rows; row++) {
                long at = from + row * down + lane;
                for (int column = 0; column < columns; column++) {
                    MemorySegment four = values.asSlice(at + column * right, STRIP);
                    s0 = FloatVector.fromMemorySegment(FLOAT, four, 0, ORDER).add(s0);
                    s1 = FloatVector.fromMemorySegment(FLOAT, four, BYTES, ORDER)
                            .add(s1);
                    s2 = FloatVector.fromMemorySegment(FLOAT, four, 2L * BYTES, ORDER)
                            .add(s2);
                    s3 = FloatVector.fromMemorySegment(FLOAT, four, 3L * BYTES, ORDER)
                            .add(s3);
                }
            }
            if (s0.getClass() != VECTOR
                    || s1.getClass() != VECTOR
                    || s2.getClass() != VECTOR
                    || s3.getClass() != VECTOR) {
                throw new AssertionError(OTHER_VECTOR);
            }
            s0.intoMemorySegment(sums, own, ORDER);
            s1.intoMemorySegment(sums, own + BYTES, ORDER);
            s2.intoMemorySegment(sums, own + 2L * BYTES, ORDER);
            s3.intoMemorySegment(sums, own + 3L * BYTES, ORDER);
        }
    }

    /** Adds 64 values to others, and makes them zero. */
    static void move(MemorySegment from, long at, MemorySegment to, long toAt) {
        Checks.isNative(from);
        Checks.isNative(to);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int lane = 0; lane < PackedWeights.BLOCK_BYTES; lane += BYTES) {
            FloatVector moved = FloatVector.fromMemorySegment(FLOAT, from, at + lane, ORDER);
            FloatVector.fromMemorySegment(FLOAT, to, toAt + lane, ORDER)
                    .add(moved)
                    .intoMemorySegment(to, toAt + lane, ORDER);
            zero.intoMemorySegment(from, at + lane, ORDER);
        }
    }

    /**
     * Writes zeros from the beginning on, where {@code MemorySegment.fill} writes 8 bytes at a time (JDK 25).
     *
     * @param end bytes, a multiple of four vectors
     */
    static void clear(MemorySegment to, long end) {
        Checks.isNative(to);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (long at = 0; at < end; at += 4L * BYTES) {
            zero.intoMemorySegment(to, at, ORDER);
            zero.intoMemorySegment(to, at + BYTES, ORDER);
            zero.intoMemorySegment(to, at + 2L * BYTES, ORDER);
            zero.intoMemorySegment(to, at + 3L * BYTES, ORDER);
        }
    }

    /** Sets the bits of values that are not zero, 64 to a word. */
    static void notZero(MemorySegment values, long from, long[] bits) {
        Checks.isNative(values);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int word = 0; word < bits.length; word++) {
            long at = from + word * (long) PackedWeights.BLOCK_BYTES;
            long some = 0;
            for (int lane = 0; lane < PackedWeights.BLOCK; lane += COUNT) {
                FloatVector value = FloatVector.fromMemorySegment(FLOAT, values, at + lane * (long) Float.BYTES, ORDER);
                some |= value.compare(VectorOperators.NE, zero).toLong() << lane;
            }
            bits[word] = some;
        }
    }
}
