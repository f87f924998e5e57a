package dev.spikelane.kernel.product.window;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Adds vectors that stand together. */
@SuppressWarnings("NarrowCalculation") // offsets within vectors are int on purpose
class WindowGradientMapVector {

    /** Bytes of four vectors. */
    private static final int STRIP = 4 * BYTES;

    static final WindowGradientMapVector LOOPS = Unrolled.of(MethodHandles.lookup(), new WindowGradientMapVector());

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
    void addAll(
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
            FloatVector[] sum = new FloatVector[4];
            for (int v = 0; v < 4; v = next(v)) {
                sum[v] = FloatVector.fromMemorySegment(FLOAT, sums, own + v * BYTES, ORDER);
            }
            for (int row = 0; row < rows; row++) {
                long at = from + row * down + lane;
                for (int column = 0; column < columns; column++) {
                    MemorySegment four = values.asSlice(at + column * right, STRIP);
                    for (int v = 0; v < 4; v = next(v)) {
                        sum[v] = FloatVector.fromMemorySegment(FLOAT, four, v * BYTES, ORDER)
                                .add(sum[v]);
                    }
                }
            }
            requireClass(sum, VECTOR);
            for (int v = 0; v < 4; v = next(v)) {
                sum[v].intoMemorySegment(sums, own + v * BYTES, ORDER);
            }
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
