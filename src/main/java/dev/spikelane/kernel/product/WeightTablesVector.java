package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.product.WeightGradientVector.Part;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Gradients of weights from tables of partial sums that fit the L1 cache: those of four groups of rows and 64 outputs, 16 KB. Tables are made, then
 * each input adds an entry of each. Slices stand in the loop for the reason that {@link SpikePanelsVector} gives.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a tile are int on purpose
final class WeightTablesVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Groups whose tables are made at a time. */
    static final int GROUPS = 4;

    private static final int ENTRY = PackedWeights.BLOCK_BYTES;
    private static final int ENTRY_SHIFT = Integer.numberOfTrailingZeros(ENTRY);
    private static final int TABLE = SpikeLists.ENTRIES * ENTRY;
    private static final int TABLES = GROUPS * TABLE;
    private static final int STRIP = 4 * BYTES;

    private WeightTablesVector() {}

    /** Adds the partial sums of all groups to the sums of all inputs. */
    static void add(
            SpikeLists lists,
            FloatMatrix values,
            Part part,
            MemorySegment sums,
            MemorySegment bias,
            MemorySegment tables) {
        int groups = lists.groups();
        clear(tables);
        for (int first = 0; first < groups; first += GROUPS) {
            int some = Math.min(GROUPS, groups - first);
            for (int group = 0; group < some; group++) {
                make(lists, first + group, values, part.column, ENTRY, tables, group);
            }
            addBias(lists, first, some, ENTRY, tables, bias, part.ofBias);
            addPanel(lists, first, sums, part.to, tables);
        }
    }

    /** Writes the entries of no spike, -0, the identity of addition: behind the last group there is nothing else. */
    private static void clear(MemorySegment tables) {
        Checks.isNative(tables);
        for (int table = 0; table < GROUPS; table++) {
            for (int lane = 0; lane < ENTRY; lane += BYTES) {
                FloatVector.broadcast(FLOAT, -0.0f).intoMemorySegment(tables, (long) table * TABLE + lane, ORDER);
            }
        }
    }

    /** Entry {@code n} is the sum of the rows whose bit is set in {@code n}, in ascending order. */
    static void make(
            SpikeLists lists, int group, FloatMatrix values, long column, int bytes, MemorySegment tables, int place) {
        MemorySegment from = values.segment();
        Checks.isNative(from);
        Checks.isNative(tables);
        int row = lists.row(group);
        int rows = lists.rows(group);
        long first = values.rowOffset(row) + column;
        long stride = values.rowOffset(1);
        for (int lane = 0; lane < bytes; lane += BYTES) {
            long to = (long) place * SpikeLists.ENTRIES * bytes + lane;
            FloatVector none = FloatVector.broadcast(FLOAT, -0.0f);
            FloatVector w0 = FloatVector.fromMemorySegment(FLOAT, from, first + lane, ORDER);
            FloatVector w1 = rows > 1 ? FloatVector.fromMemorySegment(FLOAT, from, first + lane + stride, ORDER) : none;
            FloatVector w2 =
                    rows > 2 ? FloatVector.fromMemorySegment(FLOAT, from, first + lane + 2 * stride, ORDER) : none;
            FloatVector w3 =
                    rows > 3 ? FloatVector.fromMemorySegment(FLOAT, from, first + lane + 3 * stride, ORDER) : none;
            FloatVector w01 = w0.add(w1);
            FloatVector w02 = w0.add(w2);
            FloatVector w12 = w1.add(w2);
            FloatVector w012 = w01.add(w2);
            none.intoMemorySegment(tables, to, ORDER);
            w0.intoMemorySegment(tables, to + bytes, ORDER);
            w1.intoMemorySegment(tables, to + 2L * bytes, ORDER);
            w01.intoMemorySegment(tables, to + 3L * bytes, ORDER);
            w2.intoMemorySegment(tables, to + 4L * bytes, ORDER);
            w02.intoMemorySegment(tables, to + 5L * bytes, ORDER);
            w12.intoMemorySegment(tables, to + 6L * bytes, ORDER);
            w012.intoMemorySegment(tables, to + 7L * bytes, ORDER);
            w3.intoMemorySegment(tables, to + 8L * bytes, ORDER);
            w0.add(w3).intoMemorySegment(tables, to + 9L * bytes, ORDER);
            w1.add(w3).intoMemorySegment(tables, to + 10L * bytes, ORDER);
            w01.add(w3).intoMemorySegment(tables, to + 11L * bytes, ORDER);
            w2.add(w3).intoMemorySegment(tables, to + 12L * bytes, ORDER);
            w02.add(w3).intoMemorySegment(tables, to + 13L * bytes, ORDER);
            w12.add(w3).intoMemorySegment(tables, to + 14L * bytes, ORDER);
            w012.add(w3).intoMemorySegment(tables, to + 15L * bytes, ORDER);
        }
    }

    /** The bias is an input that always fires. */
    static void addBias(
            SpikeLists lists, int first, int groups, int bytes, MemorySegment tables, MemorySegment bias, long ofBias) {
        Checks.isNative(tables);
        Checks.isNative(bias);
        for (int lane = 0; lane < bytes; lane += BYTES) {
            FloatVector sum = FloatVector.fromMemorySegment(FLOAT, bias, ofBias + lane, ORDER);
            for (int group = 0; group < groups; group++) {
                long all = ((long) group * SpikeLists.ENTRIES + (1L << lists.rows(first + group)) - 1) * bytes;
                sum = sum.add(FloatVector.fromMemorySegment(FLOAT, tables, all + lane, ORDER));
            }
            sum.intoMemorySegment(bias, ofBias + lane, ORDER);
        }
    }

    /** Adds for each input one entry of each of the four tables; behind the last group all entries are those of no spike. */
    private static void addPanel(SpikeLists lists, int group, MemorySegment sums, long to, MemorySegment tables) {
        Checks.isNative(sums);
        Checks.isNative(tables);
        byte[] nibbles = lists.nibbles;
        int stride = lists.stride();
        int first = group * stride;
        int second = first + stride;
        int third = second + stride;
        int fourth = third + stride;
        for (int input = 0; input < lists.columns; input++) {
            long entry0 = (long) nibbles[first + input] << ENTRY_SHIFT;
            long entry1 = ((long) nibbles[second + input] << ENTRY_SHIFT) + TABLE;
            long entry2 = ((long) nibbles[third + input] << ENTRY_SHIFT) + 2 * TABLE;
            long entry3 = ((long) nibbles[fourth + input] << ENTRY_SHIFT) + 3 * TABLE;
            for (int lanes = 0; lanes < ENTRY; lanes += STRIP) {
                MemorySegment own = sums.asSlice(to + ((long) input << ENTRY_SHIFT) + lanes, STRIP);
                MemorySegment from = tables.asSlice(lanes, TABLES - ENTRY + STRIP);
                FloatVector sum0 = FloatVector.fromMemorySegment(FLOAT, own, 0, ORDER);
                FloatVector sum1 = FloatVector.fromMemorySegment(FLOAT, own, BYTES, ORDER);
                FloatVector sum2 = FloatVector.fromMemorySegment(FLOAT, own, 2 * BYTES, ORDER);
                FloatVector sum3 = FloatVector.fromMemorySegment(FLOAT, own, 3 * BYTES, ORDER);
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, from, entry0, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, from, entry0 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, from, entry0 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, from, entry0 + 3 * BYTES, ORDER));
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, from, entry1, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, from, entry1 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, from, entry1 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, from, entry1 + 3 * BYTES, ORDER));
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, from, entry2, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, from, entry2 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, from, entry2 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, from, entry2 + 3 * BYTES, ORDER));
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, from, entry3, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, from, entry3 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, from, entry3 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, from, entry3 + 3 * BYTES, ORDER));
                sum0.intoMemorySegment(own, 0, ORDER);
                sum1.intoMemorySegment(own, BYTES, ORDER);
                sum2.intoMemorySegment(own, 2 * BYTES, ORDER);
                sum3.intoMemorySegment(own, 3 * BYTES, ORDER);
            }
        }
    }
}
