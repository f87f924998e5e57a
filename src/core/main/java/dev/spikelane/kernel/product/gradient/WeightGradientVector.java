package dev.spikelane.kernel.product.gradient;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.TileWalk;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The vector variants of {@link WeightGradient}. */
@SuppressWarnings("NarrowCalculation") // offsets within vectors are int on purpose
class WeightGradientVector {

    private static final int STRIP_BYTES = 4 * BYTES;

    private static final WeightGradientVector LOOPS = Unrolled.of(MethodHandles.lookup(), new WeightGradientVector());

    private WeightGradientVector() {}

    /** The sums to add to, and the values to add. An object serves one thread and can be used again. */
    static final class Part {
        /** Byte offset of the first of 64 columns in a row of the values. */
        long column;
        /** Byte offset of the sums of the first input. */
        long to;

        int outputs;
        /** Bytes of the columns in use, rounded up to whole vectors. */
        int bytes;
        /** Byte offset of the first bias, and below, true if gradients of biases are added. */
        long ofBias;

        boolean addsBias;

        int firstInput;
        int inputs;
        /** True if all values are finite; used if the source is values. */
        boolean finite;

        /** Sections of groups to add, and the row of the source that is row 0 of the values. */
        int firstSection;

        int endSection;
        int firstRow;
    }

    /** Adds the partial sums of some sections, also to the biases: from tables in the L1 cache, or by lists. */
    static void addSpikes(
            SpikeLists lists,
            FloatMatrix values,
            Part part,
            MemorySegment sums,
            MemorySegment bias,
            MemorySegment tables) {
        if (!lists.listed) {
            WeightTablesVector.add(lists, values, part, sums, bias, tables);
            return;
        }
        int groups = lists.groups();
        for (int section = part.firstSection; section < part.endSection; section++) {
            int first = section * SpikeLists.GROUPS;
            int some = Math.min(SpikeLists.GROUPS, groups - first);
            int bytes = PackedWeights.BLOCK_BYTES;
            for (int group = 0; group < some; group++) {
                WeightTablesVector.make(lists, first + group, values, part, part.column, bytes, tables, group);
            }
            if (part.addsBias) {
                WeightTablesVector.addBias(lists, first, some, bytes, tables, bias, part.ofBias);
            }
            for (int strip = 0; strip < bytes; strip += STRIP_BYTES) {
                LOOPS.addSection(lists, section, part, sums, strip, tables);
            }
        }
    }

    /** Adds a section to four vectors of outputs for some inputs. */
    void addSection(SpikeLists lists, int section, Part part, MemorySegment sums, int strip, MemorySegment tables) {
        Checks.isNative(sums);
        Checks.isNative(tables);
        short[] entries = lists.entries;
        int[] starts = lists.starts;
        int list = section * lists.columns + part.firstInput;
        long base = part.to + strip;
        for (int input = 0; input < part.inputs; input++) {
            int from = starts[list + input];
            int end = starts[list + input + 1];
            if (from < end) {
                long at = base + (long) input * PackedWeights.BLOCK_BYTES;
                FloatVector[] sum = new FloatVector[4];
                for (int v = 0; v < 4; v = next(v)) {
                    sum[v] = FloatVector.fromMemorySegment(FLOAT, sums, at + v * BYTES, ORDER);
                }
                for (int i = from; i < end; i++) {
                    long entry = (long) entries[i] * PackedWeights.BLOCK_BYTES + strip;
                    for (int v = 0; v < 4; v = next(v)) {
                        sum[v] = sum[v].add(FloatVector.fromMemorySegment(FLOAT, tables, entry + v * BYTES, ORDER));
                    }
                }
                for (int v = 0; v < 4; v = next(v)) {
                    sum[v].intoMemorySegment(sums, at + v * BYTES, ORDER);
                }
            }
        }
    }

    /** Adds one fused multiply-add for each row and input. The sums of consecutive inputs are consecutive. */
    static void addValues(
            FloatMatrix source, FloatMatrix values, int steps, Part part, MemorySegment sums, TileWalk tile) {
        int batch = source.rows() / steps;
        tile.rowOfA = Float.BYTES;
        tile.stepOfA = source.rowOffset(1);
        tile.stepOfB = values.rowOffset(1);
        tile.rowOfC = PackedWeights.BLOCK_BYTES;
        for (int step = steps - 1; step >= 0; step--) {
            long column = values.rowOffset(step * batch) + part.column;
            for (int strip = 0; strip < part.bytes; strip += TileWalk.STRIP_BYTES) {
                tile.a = source.rowOffset(step * batch) + (long) part.firstInput * Float.BYTES;
                tile.b = column + strip;
                tile.c = part.to + strip;
                if (part.finite) {
                    tile.add(source.segment(), values.segment(), sums, part.inputs, batch);
                } else {
                    int bytes = Math.min(TileWalk.STRIP_BYTES, part.bytes - strip);
                    tile.addCarefully(source.segment(), values.segment(), sums, part.inputs, batch, bytes);
                }
            }
        }
    }

    /**
     * Turns each sum of -0 into +0, so that it does not matter if zeros were added. Clears the sums after the last
     * output, in which zeros times an infinite source may have left NaN.
     */
    static void settle(Part part, MemorySegment sums) {
        Checks.isNative(sums);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int input = 0; input < part.inputs; input++) {
            long at = part.to + (long) input * PackedWeights.BLOCK_BYTES;
            for (int lane = 0; lane < PackedWeights.BLOCK; lane += COUNT) {
                long to = at + (long) lane * Float.BYTES;
                FloatVector sum =
                        FloatVector.fromMemorySegment(FLOAT, sums, to, ORDER).add(zero);
                zero.blend(sum, FLOAT.indexInRange(lane, part.outputs)).intoMemorySegment(sums, to, ORDER);
            }
        }
    }

    /** Adds the gradients of biases, {@code together} rows at a time. */
    static void addBias(FloatMatrix values, int steps, int together, Part part, MemorySegment sums) {
        int batch = values.rows() / steps;
        MemorySegment from = values.segment();
        for (int lane = 0; lane < part.bytes; lane += BYTES) {
            long column = part.column + lane;
            long to = part.ofBias + lane;
            FloatVector sum = FloatVector.fromMemorySegment(FLOAT, sums, to, ORDER);
            for (int step = steps - 1; step >= 0; step--) {
                for (int group = 0; group < batch; group += together) {
                    FloatVector four = FloatVector.broadcast(FLOAT, -0.0f);
                    int rows = Math.min(together, batch - group);
                    for (int i = 0; i < rows; i++) {
                        long at = values.rowOffset(step * batch + group + i) + column;
                        four = four.add(FloatVector.fromMemorySegment(FLOAT, from, at, ORDER));
                    }
                    sum = sum.add(four);
                }
            }
            sum.intoMemorySegment(sums, to, ORDER);
        }
    }
}
