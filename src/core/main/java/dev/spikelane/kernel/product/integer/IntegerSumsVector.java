package dev.spikelane.kernel.product.integer;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Converts sums to currents, row by row for several blocks: memory takes whole rows two to four times as fast as one
 * block of many rows. Sums are in the order of the outputs.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class IntegerSumsVector {

    /** Half a vector of 16-bit lanes, with as many lanes as a vector has floats. */
    static final VectorSpecies<Short> HALF = VectorSpecies.of(short.class, VectorShape.forBitSize(8 * BYTES / 2));

    private static final int HALF_BYTES = BYTES / 2;

    /** Bytes from the wide sums of a block's lower half to the wide sums of its upper half. */
    private static final int WIDE_HALF = IntegerSums.WIDE_BYTES / 2;

    /** Vectors of 16-bit lanes in a block. */
    private static final int VECTORS = PackedIntegers.BLOCK * Short.BYTES / BYTES;

    static final IntegerSumsVector LOOPS = Unrolled.of(MethodHandles.lookup(), new IntegerSumsVector());

    private IntegerSumsVector() {}

    /** Converts float sums to currents in place, at each position of a map's row. */
    static void finish(PackedIntegers weights, Tile current, int row) {
        MemorySegment scales = weights.scales().segment();
        MemorySegment biases = weights.bias().segment();
        MemorySegment currents = current.matrix().segment();
        Checks.isNative(scales);
        Checks.isNative(biases);
        Checks.isNative(currents);
        int outputs = weights.outputs();
        long step = (long) outputs * Float.BYTES;
        long end = current.offset(row, 0) + (long) current.columns() * Float.BYTES;
        for (int output = 0; output < outputs; output += COUNT) {
            long lane = (long) output * Float.BYTES;
            FloatVector scale = FloatVector.fromMemorySegment(FLOAT, scales, lane, ORDER);
            FloatVector bias = FloatVector.fromMemorySegment(FLOAT, biases, lane, ORDER);
            VectorMask<Float> used = FLOAT.indexInRange(output, outputs);
            for (long at = current.offset(row, 0) + lane; at < end; at += step) {
                if (output + COUNT <= outputs) {
                    bias.add(scale.mul(FloatVector.fromMemorySegment(FLOAT, currents, at, ORDER)))
                            .intoMemorySegment(currents, at, ORDER);
                } else {
                    bias.add(scale.mul(FloatVector.fromMemorySegment(FLOAT, currents, at, ORDER, used)))
                            .intoMemorySegment(currents, at, ORDER, used);
                }
            }
        }
    }

    static void clear(MemorySegment workspace, int from, int bytes) {
        Checks.isNative(workspace);
        IntVector zero = IntVector.zero(INT);
        for (int i = 0; i < bytes / BYTES; i++) {
            zero.intoMemorySegment(workspace, from + (long) i * BYTES, ORDER);
        }
    }

    /** Adds the narrow sums of some blocks to the wide ones. */
    static void widen(MemorySegment workspace, int blocks) {
        Checks.isNative(workspace);
        int vectors = blocks * (IntegerSums.WIDE_BYTES / BYTES);
        for (int i = 0; i < vectors; i++) {
            IntVector sum = (IntVector)
                    ShortVector.fromMemorySegment(HALF, workspace, IntegerSums.NARROW + (long) i * HALF_BYTES, ORDER)
                            .convertShape(VectorOperators.S2I, INT, 0);
            long to = IntegerSums.WIDE + (long) i * BYTES;
            IntVector.fromMemorySegment(INT, workspace, to, ORDER).add(sum).intoMemorySegment(workspace, to, ORDER);
        }
    }

    /**
     * Adds two of each row's four vectors of narrow sums to the wide ones, if four vectors are half a block.
     *
     * @param from bytes from a row's first narrow sum to the first to add
     * @param to bytes from a row's first wide sum to the first to update
     */
    static void widenHalf(MemorySegment workspace, int rows, int from, int to) {
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < 4; i++) {
                IntVector sum = (IntVector) ShortVector.fromMemorySegment(
                                HALF,
                                workspace,
                                IntegerSums.NARROW + from + (long) row * 4 * BYTES + (long) i * HALF_BYTES,
                                ORDER)
                        .convertShape(VectorOperators.S2I, INT, 0);
                long at = IntegerSums.WIDE + to + (long) row * IntegerSums.WIDE_BYTES + (long) i * BYTES;
                IntVector.fromMemorySegment(INT, workspace, at, ORDER).add(sum).intoMemorySegment(workspace, at, ORDER);
            }
        }
    }

    /**
     * Shifts the halves of each row's 32-bit lanes, and adds them to the wide sums.
     *
     * @param to bytes from a row's first wide sum to the lower halves of its first vector
     * @param rowBytes bytes of a row's wide sums
     */
    void widenPairs(MemorySegment workspace, int rows, int to, int rowBytes, int shift) {
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            MemorySegment from = workspace.asSlice(IntegerSums.NARROW + (long) row * 4 * BYTES, 4 * BYTES);
            long at = IntegerSums.WIDE + to + (long) row * rowBytes;
            for (int v = 0; v < 4; v = next(v)) {
                IntVector pairs = IntVector.fromMemorySegment(INT, from, v * BYTES, ORDER);
                long lower = at + v / VECTORS * IntegerSums.WIDE_BYTES + v % VECTORS * BYTES;
                IntVector.fromMemorySegment(INT, workspace, lower, ORDER)
                        .add(pairs.lanewise(VectorOperators.LSHL, Short.SIZE)
                                .lanewise(VectorOperators.ASHR, Short.SIZE)
                                .lanewise(VectorOperators.LSHL, shift))
                        .intoMemorySegment(workspace, lower, ORDER);
                IntVector.fromMemorySegment(INT, workspace, lower + WIDE_HALF, ORDER)
                        .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE).lanewise(VectorOperators.LSHL, shift))
                        .intoMemorySegment(workspace, lower + WIDE_HALF, ORDER);
            }
        }
    }

    /**
     * Converts narrow sums to currents, two vectors at a time. The method is longer than C2 inlines (325 bytes), on
     * purpose: its loop must not be compiled together with other loops. All loops with more than a few memory accesses
     * are such.
     *
     * @param stride blocks from one row's sums to the next row's
     */
    static void finishNarrow(
            MemorySegment workspace,
            int stride,
            int firstRow,
            int rows,
            PackedIntegers weights,
            Tile current,
            int block,
            int end) {
        MemorySegment to = current.matrix().segment();
        MemorySegment scales = weights.scales().segment();
        MemorySegment biases = weights.bias().segment();
        Checks.isNative(workspace);
        Checks.isNative(to);
        Checks.isNative(scales);
        Checks.isNative(biases);
        int vectors = (end - block) * (PackedIntegers.BLOCK / COUNT);
        long output = (long) block * PackedWeights.BLOCK_BYTES;
        for (int row = 0; row < rows; row++) {
            long from = IntegerSums.NARROW + (long) row * stride * IntegerSums.NARROW_BYTES;
            long at = current.offset(firstRow + row, block);
            for (int i = 0; i < vectors; i += 2) {
                FloatVector even = (FloatVector)
                        ShortVector.fromMemorySegment(HALF, workspace, from + (long) i * HALF_BYTES, ORDER)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .convert(VectorOperators.I2F, 0);
                FloatVector odd = (FloatVector)
                        ShortVector.fromMemorySegment(HALF, workspace, from + (long) i * HALF_BYTES + HALF_BYTES, ORDER)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .convert(VectorOperators.I2F, 0);
                even.mul(FloatVector.fromMemorySegment(FLOAT, scales, output + (long) i * BYTES, ORDER))
                        .add(FloatVector.fromMemorySegment(FLOAT, biases, output + (long) i * BYTES, ORDER))
                        .intoMemorySegment(to, at + (long) i * BYTES, ORDER);
                odd.mul(FloatVector.fromMemorySegment(FLOAT, scales, output + (long) i * BYTES + BYTES, ORDER))
                        .add(FloatVector.fromMemorySegment(FLOAT, biases, output + (long) i * BYTES + BYTES, ORDER))
                        .intoMemorySegment(to, at + (long) i * BYTES + BYTES, ORDER);
            }
        }
    }

    /** Converts wide sums to currents. */
    static void finishWide(
            MemorySegment workspace,
            int stride,
            int firstRow,
            int rows,
            PackedIntegers weights,
            Tile current,
            int block,
            int end) {
        MemorySegment to = current.matrix().segment();
        MemorySegment scales = weights.scales().segment();
        MemorySegment biases = weights.bias().segment();
        Checks.isNative(workspace);
        Checks.isNative(to);
        Checks.isNative(scales);
        Checks.isNative(biases);
        int vectors = (end - block) * (PackedIntegers.BLOCK / COUNT);
        long output = (long) block * PackedWeights.BLOCK_BYTES;
        for (int row = 0; row < rows; row++) {
            long from = IntegerSums.WIDE + (long) row * stride * IntegerSums.WIDE_BYTES;
            long at = current.offset(firstRow + row, block);
            for (int i = 0; i < vectors; i += 2) {
                FloatVector even =
                        (FloatVector) IntVector.fromMemorySegment(INT, workspace, from + (long) i * BYTES, ORDER)
                                .convert(VectorOperators.I2F, 0);
                FloatVector odd = (FloatVector)
                        IntVector.fromMemorySegment(INT, workspace, from + (long) i * BYTES + BYTES, ORDER)
                                .convert(VectorOperators.I2F, 0);
                even.mul(FloatVector.fromMemorySegment(FLOAT, scales, output + (long) i * BYTES, ORDER))
                        .add(FloatVector.fromMemorySegment(FLOAT, biases, output + (long) i * BYTES, ORDER))
                        .intoMemorySegment(to, at + (long) i * BYTES, ORDER);
                odd.mul(FloatVector.fromMemorySegment(FLOAT, scales, output + (long) i * BYTES + BYTES, ORDER))
                        .add(FloatVector.fromMemorySegment(FLOAT, biases, output + (long) i * BYTES + BYTES, ORDER))
                        .intoMemorySegment(to, at + (long) i * BYTES + BYTES, ORDER);
            }
        }
    }
}
