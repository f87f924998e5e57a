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
    /** Outputs, such as ten classes, for which lists do not pay. */
    static final int NARROW = 16;

    /** Bytes from the first of two vectors to the second; the same vector where one holds all narrow outputs. */
    private static final int SECOND = 2 * BYTES <= NARROW * Float.BYTES ? BYTES : 0;

    private static final int STRIPS = Math.max(1, PackedWeights.BLOCK_BYTES / STRIP_BYTES);

    private WeightGradientVector() {}

    /** Adds entries of tables of partial sums, a section of groups after the other. */
    static void addSpikes(
            SpikeLists lists, FloatMatrix values, PackedWeights gradient, int block, MemorySegment tables) {
        int groups = lists.groups();
        int used = Math.min(PackedWeights.BLOCK, gradient.post() - block * PackedWeights.BLOCK);
        boolean narrow = used <= NARROW;
        int bytes = narrow ? NARROW * Float.BYTES : PackedWeights.BLOCK_BYTES;
        for (int section = 0; section < lists.sections; section++) {
            int first = section * SpikeLists.GROUPS;
            int some = Math.min(SpikeLists.GROUPS, groups - first);
            for (int group = 0; group < some; group++) {
                fillTable(lists, first + group, values, block, bytes, tables, group);
            }
            for (int strip = 0; strip < bytes; strip += narrow ? NARROW * Float.BYTES : STRIP_BYTES) {
                if (narrow) {
                    addNarrow(lists, first, some, gradient, block, tables);
                } else {
                    addSection(lists, section, gradient, block, strip, tables);
                }
            }
        }
    }

    /** Two vectors of outputs for all inputs, groups that are empty too: their entry is the identity of addition. */
    private static void addNarrow(
            SpikeLists lists, int firstGroup, int groups, PackedWeights gradient, int block, MemorySegment tables) {
        MemorySegment sums = gradient.segment();
        Checks.isNative(sums);
        Checks.isNative(tables);
        byte[] nibbles = lists.nibbles;
        int stride = lists.stride();
        long base = gradient.blockOffset(block);
        for (int input = 0; input < lists.columns; input++) {
            long at = base + (long) input * PackedWeights.BLOCK_BYTES;
            for (int lane = 0; lane < NARROW * Float.BYTES; lane += 2 * BYTES) {
                FloatVector a = load(sums, at + lane);
                FloatVector b = load(sums, at + lane + SECOND);
                int place = firstGroup * stride + input;
                long table = lane;
                for (int group = 0; group < groups; group++) {
                    long entry = table + (long) nibbles[place] * (NARROW * Float.BYTES);
                    a = a.add(load(tables, entry));
                    b = b.add(load(tables, entry + SECOND));
                    place += stride;
                    table += (long) SpikeLists.ENTRIES * NARROW * Float.BYTES;
                }
                b.intoMemorySegment(sums, at + lane + SECOND, ORDER);
                a.intoMemorySegment(sums, at + lane, ORDER);
            }
        }
    }

    /** The sums of all subsets of four rows, each in ascending order. */
    private static void fillTable(
            SpikeLists lists, int group, FloatMatrix values, int block, int bytes, MemorySegment tables, int place) {
        int row = lists.row(group);
        int rows = lists.rows(group);
        MemorySegment from = values.segment();
        long to = (long) place * SpikeLists.ENTRIES * bytes;
        for (int lane = 0; lane < bytes; lane += BYTES) {
            FloatVector.broadcast(FLOAT, -0.0f).intoMemorySegment(tables, to + lane, ORDER);
            for (int added = 0; added < rows; added++) {
                FloatVector next = FloatVector.fromMemorySegment(
                        FLOAT,
                        from,
                        values.rowOffset(row + added) + (long) block * PackedWeights.BLOCK_BYTES + lane,
                        ORDER);
                int subsets = 1 << added;
                for (int subset = 0; subset < subsets; subset++) {
                    long at = to + (long) subset * bytes + lane;
                    FloatVector.fromMemorySegment(FLOAT, tables, at, ORDER)
                            .add(next)
                            .intoMemorySegment(tables, at + (long) subsets * bytes, ORDER);
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

    /** Two inputs at a time, which take each value from memory once; a last one alone. */
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
        Checks.isNative(sums);
        Checks.isNative(factors);
        Checks.isNative(from);
        long base = gradient.blockOffset(block) + strip;
        long column = (long) block * PackedWeights.BLOCK_BYTES + strip;
        long valueStep = values.rowOffset(1);
        long factorStep = source.rowOffset(1);
        int pairs = gradient.pre() / 2;
        for (int pair = 0; pair < pairs; pair++) {
            long at = base + (long) pair * 2 * PackedWeights.BLOCK_BYTES;
            long next = at + PackedWeights.BLOCK_BYTES;
            FloatVector a = load(sums, at);
            FloatVector b = load(sums, at + BYTES);
            FloatVector c = load(sums, at + 2L * BYTES);
            FloatVector d = load(sums, at + 3L * BYTES);
            FloatVector e = load(sums, next);
            FloatVector f = load(sums, next + BYTES);
            FloatVector g = load(sums, next + 2L * BYTES);
            FloatVector h = load(sums, next + 3L * BYTES);
            long factor = source.rowOffset(firstRow) + (long) pair * 2 * Float.BYTES;
            long value = values.rowOffset(firstRow) + column;
            for (int row = 0; row < rows; row++) {
                FloatVector x = FloatVector.broadcast(FLOAT, factors.get(NUMBER, factor));
                FloatVector y = FloatVector.broadcast(FLOAT, factors.get(NUMBER, factor + Float.BYTES));
                FloatVector v = load(from, value);
                a = x.fma(v, a);
                e = y.fma(v, e);
                v = load(from, value + BYTES);
                b = x.fma(v, b);
                f = y.fma(v, f);
                v = load(from, value + 2L * BYTES);
                c = x.fma(v, c);
                g = y.fma(v, g);
                v = load(from, value + 3L * BYTES);
                d = x.fma(v, d);
                h = y.fma(v, h);
                factor += factorStep;
                value += valueStep;
            }
            a.intoMemorySegment(sums, at, ORDER);
            b.intoMemorySegment(sums, at + BYTES, ORDER);
            c.intoMemorySegment(sums, at + 2L * BYTES, ORDER);
            d.intoMemorySegment(sums, at + 3L * BYTES, ORDER);
            e.intoMemorySegment(sums, next, ORDER);
            f.intoMemorySegment(sums, next + BYTES, ORDER);
            g.intoMemorySegment(sums, next + 2L * BYTES, ORDER);
            h.intoMemorySegment(sums, next + 3L * BYTES, ORDER);
        }
        if (gradient.pre() % 2 != 0) {
            addLast(source, values, firstRow, rows, gradient, base, column);
        }
    }

    private static void addLast(
            FloatMatrix source,
            FloatMatrix values,
            int firstRow,
            int rows,
            PackedWeights gradient,
            long base,
            long column) {
        MemorySegment sums = gradient.segment();
        int input = gradient.pre() - 1;
        for (int lane = 0; lane < STRIP_BYTES; lane += BYTES) {
            long at = base + (long) input * PackedWeights.BLOCK_BYTES + lane;
            FloatVector sum = load(sums, at);
            for (int row = firstRow; row < firstRow + rows; row++) {
                float factor = source.segment().get(NUMBER, source.rowOffset(row) + (long) input * Float.BYTES);
                FloatVector x = FloatVector.broadcast(FLOAT, factor);
                sum = x.fma(load(values.segment(), values.rowOffset(row) + column + lane), sum);
            }
            sum.intoMemorySegment(sums, at, ORDER);
        }
    }

    private static FloatVector load(MemorySegment segment, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, segment, offset, ORDER);
    }

    /** Groups of four rows. */
    static void addBias(FloatMatrix values, int steps, int batch, int together, PackedWeights gradient, int block) {
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
