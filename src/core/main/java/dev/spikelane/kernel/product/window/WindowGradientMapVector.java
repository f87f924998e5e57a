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

/** Loops over consecutive vectors of a map of gradients. */
@SuppressWarnings("NarrowCalculation") // offsets within vectors are int on purpose
class WindowGradientMapVector {

    private static final int STRIP = 4 * BYTES;

    static final WindowGradientMapVector LOOPS = Unrolled.of(MethodHandles.lookup(), new WindowGradientMapVector());

    private WindowGradientMapVector() {}

    /**
     * Adds four vectors to a map for each of some positions.
     *
     * @param from byte offset in {@code sums} of the first position's vectors
     * @param step bytes from one position's vectors to the next position's
     * @param bases byte offset in the map for each position
     * @param order the order in which to add positions
     * @param offset bytes to add to the bases
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
            long source = from + position * (long) step;
            for (int lane = 0; lane < 4 * BYTES; lane += BYTES) {
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, map, at + lane, ORDER);
                sum.add(FloatVector.fromMemorySegment(FLOAT, sums, source + lane, ORDER))
                        .intoMemorySegment(map, at + lane, ORDER);
            }
        }
    }

    /**
     * Adds 64 values of each place of a map to one sum, place by place.
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
            long target = to + lane;
            FloatVector[] sum = new FloatVector[4];
            for (int v = 0; v < 4; v = next(v)) {
                sum[v] = FloatVector.fromMemorySegment(FLOAT, sums, target + v * BYTES, ORDER);
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
                sum[v].intoMemorySegment(sums, target + v * BYTES, ORDER);
            }
        }
    }

    /** Adds 64 values to others, and clears them. */
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
     * Writes zeros from the beginning on; {@code MemorySegment.fill} writes 8 bytes at a time (JDK 25).
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

    /** Sets the bits of nonzero values, 64 to a word. */
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
