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

    /** Which sums are made of which values; an object of one thread, to be used again and again. */
    static final class Part {
        /** Bytes to the first of 64 columns of the values. */
        long column;
        /** Bytes to the sums of the first input. */
        long to;

        /** Columns in use. */
        int outputs;
        /** Their bytes, rounded up to whole vectors. */
        int bytes;
        /** Bytes to the first of the biases, and whether these are added to. */
        long ofBias;

        boolean addsBias;

        int firstInput;
        int inputs;
        /** Whether all values are, where the source is values. */
        boolean finite;

        /** Sections of groups that are added now, and the row of the source that stands in row 0 of the values. */
        int firstSection;

        int endSection;
        int firstRow;
    }

    /**
     * Adds the partial sums of some sections, to the sums of the biases too: from tables in the L1 cache, or as lists
     * say.
     */
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

    /** Four vectors of outputs for some inputs. */
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

    /** One fused multiply-add a row and input: of some inputs, whose sums follow each other from {@code to} on. */
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
     * Makes each -0 of the sums of some inputs +0, so that they do not tell whether zeros were added; and those behind
     * the last output too, where zeros times an infinite source have left NaN.
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

    /** Groups of some rows. */
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
