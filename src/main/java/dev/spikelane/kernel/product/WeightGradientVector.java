package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variants of {@link WeightGradient}. */
final class WeightGradientVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int STRIP_BYTES = 4 * BYTES;
    /** Outputs, such as ten classes, for which lists do not pay. */
    static final int NARROW = 16;

    /** Bytes from the first of two vectors to the second; the same vector where one holds all narrow outputs. */
    private static final int SECOND = 2 * BYTES <= NARROW * Float.BYTES ? BYTES : 0;

    private WeightGradientVector() {}

    /** Which sums are made of which values; an object of one thread, to be used again and again. */
    static final class Part {
        /** Bytes to the first of 64 columns of the values. */
        long column;
        /** Bytes to the sums of the first input. */
        long to;

        /** Columns in use, and the bytes of them, rounded up to whole strips. */
        int outputs;

        int bytes;
        /** Bytes to the first of the biases. */
        long ofBias;

        int firstInput;
        int inputs;
    }

    /** Adds entries of tables of partial sums, a section of groups after the other, to the sums of the biases too. */
    static void addSpikes(
            SpikeLists lists,
            FloatMatrix values,
            Part part,
            MemorySegment sums,
            MemorySegment bias,
            MemorySegment tables) {
        int groups = lists.groups();
        boolean narrow = part.outputs <= NARROW;
        if (!narrow && !lists.listed) {
            WeightTablesVector.add(lists, values, part, sums, bias, tables);
            return;
        }
        int bytes = narrow ? NARROW * Float.BYTES : PackedWeights.BLOCK_BYTES;
        for (int section = 0; section < lists.sections; section++) {
            int first = section * SpikeLists.GROUPS;
            int some = Math.min(SpikeLists.GROUPS, groups - first);
            for (int group = 0; group < some; group++) {
                WeightTablesVector.make(lists, first + group, values, part.column, bytes, tables, group);
            }
            WeightTablesVector.addBias(lists, first, some, bytes, tables, bias, part.ofBias);
            for (int strip = 0; strip < bytes; strip += narrow ? NARROW * Float.BYTES : STRIP_BYTES) {
                if (narrow) {
                    addNarrow(lists, first, some, sums, part.to, tables);
                } else {
                    addSection(lists, section, sums, part.to, strip, tables);
                }
            }
        }
    }

    /** Two vectors of outputs for all inputs, groups that are empty too: their entry is the identity of addition. */
    private static void addNarrow(
            SpikeLists lists, int firstGroup, int groups, MemorySegment sums, long base, MemorySegment tables) {
        Checks.isNative(sums);
        Checks.isNative(tables);
        byte[] nibbles = lists.nibbles;
        int stride = lists.stride();
        for (int input = 0; input < lists.columns; input++) {
            long at = base + (long) input * PackedWeights.BLOCK_BYTES;
            for (int lane = 0; lane < NARROW * Float.BYTES; lane += 2 * BYTES) {
                FloatVector a = FloatVector.fromMemorySegment(FLOAT, sums, at + lane, ORDER);
                FloatVector b = FloatVector.fromMemorySegment(FLOAT, sums, at + lane + SECOND, ORDER);
                int place = firstGroup * stride + input;
                long table = lane;
                for (int group = 0; group < groups; group++) {
                    long entry = table + (long) nibbles[place] * (NARROW * Float.BYTES);
                    a = a.add(FloatVector.fromMemorySegment(FLOAT, tables, entry, ORDER));
                    b = b.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + SECOND, ORDER));
                    place += stride;
                    table += (long) SpikeLists.ENTRIES * NARROW * Float.BYTES;
                }
                b.intoMemorySegment(sums, at + lane + SECOND, ORDER);
                a.intoMemorySegment(sums, at + lane, ORDER);
            }
        }
    }

    /** Four vectors of outputs for all inputs. */
    private static void addSection(
            SpikeLists lists, int section, MemorySegment sums, long first, int strip, MemorySegment tables) {
        Checks.isNative(sums);
        Checks.isNative(tables);
        short[] entries = lists.entries;
        int[] starts = lists.starts;
        int list = section * lists.columns;
        long base = first + strip;
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

    /** One fused multiply-add a row and input: of some inputs, whose sums follow each other from {@code to} on. */
    static void addValues(
            FloatMatrix source, FloatMatrix values, int steps, Part part, MemorySegment sums, TallTileVector tile) {
        int batch = source.rows() / steps;
        tile.stepOfA = source.rowOffset(1);
        tile.stepOfB = values.rowOffset(1);
        tile.rowOfC = PackedWeights.BLOCK_BYTES;
        for (int step = steps - 1; step >= 0; step--) {
            long column = values.rowOffset(step * batch) + part.column;
            for (int strip = 0; strip < part.bytes; strip += TallTileVector.STRIP_BYTES) {
                tile.a = source.rowOffset(step * batch) + (long) part.firstInput * Float.BYTES;
                tile.b = column + strip;
                tile.c = part.to + strip;
                tile.add(source.segment(), values.segment(), sums, part.inputs, batch);
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
