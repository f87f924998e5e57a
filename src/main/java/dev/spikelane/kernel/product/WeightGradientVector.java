package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variants of {@link WeightGradient}. */
final class WeightGradientVector {

    private static final ValueLayout.OfFloat NUMBER = ValueLayout.JAVA_FLOAT;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int STRIP_BYTES = 4 * BYTES;
    private static final int STRIPS = Math.max(1, PackedWeights.BLOCK_BYTES / STRIP_BYTES);

    private WeightGradientVector() {}

    /** Adds entries of tables of partial sums, a section of groups after the other. */
    static void addSpikes(
            SpikeLists lists, FloatMatrix values, PackedWeights gradient, int block, MemorySegment tables) {
        int groups = lists.groups();
        for (int section = 0; section < lists.sections; section++) {
            int first = section * SpikeLists.GROUPS;
            int some = Math.min(SpikeLists.GROUPS, groups - first);
            for (int group = 0; group < some; group++) {
                fillTable(lists, first + group, values, block, tables, group);
            }
            for (int strip = 0; strip < STRIPS; strip++) {
                addSection(lists, section, gradient, block, strip * STRIP_BYTES, tables);
            }
        }
    }

    /** The sums of all subsets of four rows, each in ascending order. */
    private static void fillTable(
            SpikeLists lists, int group, FloatMatrix values, int block, MemorySegment tables, int place) {
        int row = lists.row(group);
        int rows = lists.rows(group);
        MemorySegment from = values.segment();
        long to = (long) place * SpikeLists.ENTRIES * PackedWeights.BLOCK_BYTES;
        for (int lane = 0; lane < PackedWeights.BLOCK_BYTES; lane += BYTES) {
            FloatVector.broadcast(FLOAT, -0.0f).intoMemorySegment(tables, to + lane, ORDER);
            for (int added = 0; added < rows; added++) {
                FloatVector next = FloatVector.fromMemorySegment(
                        FLOAT, from, values.rowOffset(row + added) + (long) block * PackedWeights.BLOCK_BYTES + lane, ORDER);
                int subsets = 1 << added;
                for (int subset = 0; subset < subsets; subset++) {
                    long at = to + (long) subset * PackedWeights.BLOCK_BYTES + lane;
                    FloatVector.fromMemorySegment(FLOAT, tables, at, ORDER)
                            .add(next)
                            .intoMemorySegment(tables, at + (long) subsets * PackedWeights.BLOCK_BYTES, ORDER);
                }
            }
        }
    }

    /** Four vectors of outputs for all inputs. */
    private static void addSection(
            SpikeLists lists, int section, PackedWeights gradient, int block, int strip, MemorySegment tables) {
        MemorySegment sums = gradient.segment();
        Checks.isNative(sums);
        Checks.isNative(tables);
        short[] entries = lists.entries;
        int[] starts = lists.starts;
        int list = section * lists.columns;
        long base = gradient.blockOffset(block) + strip;
        for (int input = 0; input < lists.columns; input++) {
            int from = starts[list + input];
            int end = starts[list + input + 1];
            if (from < end) {
                long at = base + (long) input * PackedWeights.BLOCK_BYTES;
                FloatVector a = FloatVector.fromMemorySegment(FLOAT, sums, at, ORDER);
                FloatVector b = FloatVector.fromMemorySegment(FLOAT, sums, at + BYTES, ORDER);
                FloatVector c = FloatVector.fromMemorySegment(FLOAT, sums, at + 2L * BYTES, ORDER);
                FloatVector d = FloatVector.fromMemorySegment(FLOAT, sums, at + 3L * BYTES, ORDER);
                for (int i = from; i < end; i++) {
                    long entry = (long) entries[i] * PackedWeights.BLOCK_BYTES + strip;
                    a = a.add(FloatVector.fromMemorySegment(FLOAT, tables, entry, ORDER));
                    b = b.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + BYTES, ORDER));
                    c = c.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + 2L * BYTES, ORDER));
                    d = d.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + 3L * BYTES, ORDER));
                }
                a.intoMemorySegment(sums, at, ORDER);
                b.intoMemorySegment(sums, at + BYTES, ORDER);
                c.intoMemorySegment(sums, at + 2L * BYTES, ORDER);
                d.intoMemorySegment(sums, at + 3L * BYTES, ORDER);
            }
        }
    }

    /** One fused multiply-add a row and input. */
    static void addValues(
            FloatMatrix source, FloatMatrix values, int steps, int batch, PackedWeights gradient, int block) {
        for (int step = steps - 1; step >= 0; step--) {
            for (int strip = 0; strip < STRIPS; strip++) {
                addValues(source, values, step * batch, batch, gradient, block, strip * STRIP_BYTES);
            }
        }
    }

    private static void addValues(
            FloatMatrix source,
            FloatMatrix values,
            int firstRow,
            int rows,
            PackedWeights gradient,
            int block,
            int strip) {
        MemorySegment sums = gradient.segment();
        MemorySegment factors = source.segment();
        MemorySegment from = values.segment();
        long base = gradient.blockOffset(block) + strip;
        long column = (long) block * PackedWeights.BLOCK_BYTES + strip;
        for (int input = 0; input < gradient.pre(); input++) {
            long at = base + (long) input * PackedWeights.BLOCK_BYTES;
            FloatVector a = FloatVector.fromMemorySegment(FLOAT, sums, at, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(FLOAT, sums, at + BYTES, ORDER);
            FloatVector c = FloatVector.fromMemorySegment(FLOAT, sums, at + 2L * BYTES, ORDER);
            FloatVector d = FloatVector.fromMemorySegment(FLOAT, sums, at + 3L * BYTES, ORDER);
            for (int row = firstRow; row < firstRow + rows; row++) {
                float factor = factors.get(NUMBER, source.rowOffset(row) + (long) input * Float.BYTES);
                FloatVector x = FloatVector.broadcast(FLOAT, factor);
                long value = values.rowOffset(row) + column;
                a = x.fma(FloatVector.fromMemorySegment(FLOAT, from, value, ORDER), a);
                b = x.fma(FloatVector.fromMemorySegment(FLOAT, from, value + BYTES, ORDER), b);
                c = x.fma(FloatVector.fromMemorySegment(FLOAT, from, value + 2L * BYTES, ORDER), c);
                d = x.fma(FloatVector.fromMemorySegment(FLOAT, from, value + 3L * BYTES, ORDER), d);
            }
            a.intoMemorySegment(sums, at, ORDER);
            b.intoMemorySegment(sums, at + BYTES, ORDER);
            c.intoMemorySegment(sums, at + 2L * BYTES, ORDER);
            d.intoMemorySegment(sums, at + 3L * BYTES, ORDER);
        }
    }

    /** Groups of four rows. */
    static void addBias(
            FloatMatrix values, int steps, int batch, int together, PackedWeights gradient, int block) {
        MemorySegment from = values.segment();
        MemorySegment sums = gradient.biasSegment();
        for (int lane = 0; lane < PackedWeights.BLOCK_BYTES; lane += BYTES) {
            long column = (long) block * PackedWeights.BLOCK_BYTES + lane;
            FloatVector sum = FloatVector.fromMemorySegment(FLOAT, sums, column, ORDER);
            for (int step = steps - 1; step >= 0; step--) {
                for (int group = 0; group < batch; group += together) {
                    FloatVector part = FloatVector.broadcast(FLOAT, -0.0f);
                    int rows = Math.min(together, batch - group);
                    for (int i = 0; i < rows; i++) {
                        long at = values.rowOffset(step * batch + group + i) + column;
                        part = part.add(FloatVector.fromMemorySegment(FLOAT, from, at, ORDER));
                    }
                    sum = sum.add(part);
                }
            }
            sum.intoMemorySegment(sums, column, ORDER);
        }
    }
}
