package dev.spikelane.kernel.product.gradient;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.gradient.WeightGradientVector.Part;
import dev.spikelane.kernel.product.spike.SpikePanelsVector;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Gradients of weights from tables of partial sums that fit the L1 cache: those of 16 groups of rows and two vectors of
 * outputs, 32 KB at 512 bits. Tables are made, then each input adds an entry of each: what it adds to goes through the
 * L2 cache once for 16 groups. Slices stand in the loop for the reason that {@link SpikePanelsVector} gives, and there
 * is no helper for loads, which C2 leaves as a call in some JVMs.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a tile are int on purpose
final class WeightTablesVector {

    /** Bytes of two vectors. */
    private static final int PAIR = 2 * BYTES;

    /** Groups whose tables are made at a time. */
    private static final int GROUPS = SpikeLists.PANEL_GROUPS;

    private WeightTablesVector() {}

    /**
     * Adds the partial sums of some sections to the sums of some inputs, two vectors of outputs at a time, or one where
     * one holds them.
     */
    static void add(
            SpikeLists lists,
            FloatMatrix values,
            Part part,
            MemorySegment sums,
            MemorySegment bias,
            MemorySegment tables) {
        int strip = Math.min(PAIR, part.bytes);
        clear(tables, strip);
        int end = Math.min(lists.panels, part.endSection * SpikeLists.PANELS_IN_SECTION);
        for (int panel = part.firstSection * SpikeLists.PANELS_IN_SECTION; panel < end; panel++) {
            for (int lanes = 0; lanes < part.bytes; lanes += strip) {
                open(lists, panel, values, part, lanes, strip, bias, tables);
                int word = panel * lists.stride() + part.firstInput;
                addPanel(lists.words, word, part.inputs, sums, part.to + lanes, strip, tables);
            }
        }
    }

    /**
     * The same for few outputs, from spikes that were not spread: those of some inputs are when it is their turn.
     *
     * @param squares room for a word of each of these, whole times 64
     */
    static void addNarrow(
            SpikeLists lists,
            SpikeMatrix spikes,
            FloatMatrix values,
            Part part,
            MemorySegment sums,
            MemorySegment bias,
            MemorySegment tables,
            long[] squares) {
        int strip = Math.min(PAIR, part.bytes);
        clear(tables, strip);
        for (int panel = 0; panel < lists.panels; panel++) {
            for (int lanes = 0; lanes < part.bytes; lanes += strip) {
                open(lists, panel, values, part, lanes, strip, bias, tables);
                for (int input = 0; input < part.inputs; input += squares.length) {
                    int count = Math.min(squares.length, part.inputs - input);
                    int words = Math.ceilDiv(count, Long.SIZE);
                    lists.spread(spikes, panel, (part.firstInput + input) / Long.SIZE, words, squares, 0);
                    long to = part.to + lanes + (long) input * PackedWeights.BLOCK_BYTES;
                    addPanel(squares, 0, count, sums, to, strip, tables);
                }
            }
        }
    }

    /** Makes the tables of a panel for some outputs, and adds what they give to the bias if this part does so. */
    private static void open(
            SpikeLists lists,
            int panel,
            FloatMatrix values,
            Part part,
            int lanes,
            int strip,
            MemorySegment bias,
            MemorySegment tables) {
        int first = panel * GROUPS;
        int some = Math.min(GROUPS, lists.groups() - first);
        for (int group = 0; group < some; group++) {
            make(lists, first + group, values, part, part.column + lanes, strip, tables, group);
        }
        if (part.addsBias) {
            addBias(lists, first, some, strip, tables, bias, part.ofBias + lanes);
        }
    }

    /**
     * Adds to the currents of some rows what 64 inputs give to a few outputs.
     *
     * @param word which 64 inputs
     * @param words of each row, which of these fire
     * @param to bytes to the currents of the first row
     */
    static void addInputs(
            PackedWeights weights,
            int word,
            long[] words,
            int rows,
            FloatMatrix current,
            long to,
            MemorySegment tables) {
        int used = weights.outputs() * Float.BYTES;
        int strip = used > BYTES ? PAIR : BYTES;
        int first = word * Long.SIZE;
        int groups = Math.ceilDiv(Math.min(Long.SIZE, weights.inputs() - first), 4);
        clear(tables, strip);
        for (int lanes = 0; lanes < used; lanes += strip) {
            for (int group = 0; group < groups; group++) {
                int input = first + 4 * group;
                long from = weights.blockOffset(0) + (long) input * PackedWeights.BLOCK_BYTES + lanes;
                int some = Math.min(4, weights.inputs() - input);
                make(weights.segment(), from, PackedWeights.BLOCK_BYTES, some, strip, tables, group);
            }
            addPanel(words, 0, rows, current.segment(), to + lanes, strip, tables);
        }
    }

    /** Adds for each word an entry of each of the 16 tables to its sums, which are 256 bytes apart. */
    private static void addPanel(
            long[] words, int word, int count, MemorySegment sums, long to, int strip, MemorySegment tables) {
        if (strip == PAIR) {
            addPairs(words, word, count, sums, to, tables);
        } else {
            addSingles(words, word, count, sums, to, tables);
        }
    }

    /** Writes the entries of no spike, -0, the identity of addition: behind the last group there is nothing else. */
    private static void clear(MemorySegment tables, int bytes) {
        Checks.isNative(tables);
        for (int table = 0; table < GROUPS; table++) {
            for (int lane = 0; lane < bytes; lane += BYTES) {
                FloatVector.broadcast(FLOAT, -0.0f)
                        .intoMemorySegment(tables, (long) table * SpikeLists.ENTRIES * bytes + lane, ORDER);
            }
        }
    }

    /** Entry {@code n} is the sum of the rows whose bit is set in {@code n}, in ascending order. */
    static void make(
            SpikeLists lists,
            int group,
            FloatMatrix values,
            Part part,
            long column,
            int bytes,
            MemorySegment tables,
            int place) {
        long first = values.rowOffset(lists.row(group) - part.firstRow) + column;
        make(values.segment(), first, values.rowOffset(1), lists.rows(group), bytes, tables, place);
    }

    private static void make(
            MemorySegment from, long first, long stride, int rows, int bytes, MemorySegment tables, int place) {
        Checks.isNative(from);
        Checks.isNative(tables);
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f);
        for (int lane = 0; lane < bytes; lane += BYTES) {
            long at = first + lane;
            long to = (long) place * SpikeLists.ENTRIES * bytes + lane;
            FloatVector w0 = FloatVector.fromMemorySegment(FLOAT, from, at, ORDER);
            FloatVector w1 = rows > 1 ? FloatVector.fromMemorySegment(FLOAT, from, at + stride, ORDER) : none;
            FloatVector w2 = rows > 2 ? FloatVector.fromMemorySegment(FLOAT, from, at + 2 * stride, ORDER) : none;
            FloatVector w3 = rows > 3 ? FloatVector.fromMemorySegment(FLOAT, from, at + 3 * stride, ORDER) : none;
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
                sum = FloatVector.fromMemorySegment(FLOAT, tables, all + lane, ORDER)
                        .add(sum);
            }
            if (sum.getClass() != VECTOR) {
                throw new AssertionError(OTHER_VECTOR);
            }
            sum.intoMemorySegment(bias, ofBias + lane, ORDER);
        }
    }

    /**
     * Two vectors of sums. Those of three words go side by side: those of two would wait for the latency of their
     * additions, and with four the loop passes the nodes that C2 inlines in one JVM of four that has trained other
     * networks before (14 or 82 ms an iteration).
     */
    private static void addPairs(long[] words, int word, int count, MemorySegment sums, long to, MemorySegment tables) {
        Checks.isNative(sums);
        Checks.isNative(tables);
        final int shift = Integer.numberOfTrailingZeros(PAIR);
        final long table = (long) SpikeLists.ENTRIES * PAIR;
        final long entries = (SpikeLists.ENTRIES - 1L) * PAIR;
        int last = count - 1;
        for (int input = 0; input <= last; input += 3) {
            int second = Math.min(input + 1, last); // behind the last, the last again
            int third = Math.min(input + 2, last);
            long to1 = (long) (second - input) * PackedWeights.BLOCK_BYTES;
            long to2 = (long) (third - input) * PackedWeights.BLOCK_BYTES;
            MemorySegment own = sums.asSlice(to + (long) input * PackedWeights.BLOCK_BYTES, to2 + PAIR);
            FloatVector a0 = FloatVector.fromMemorySegment(FLOAT, own, 0, ORDER);
            FloatVector b0 = FloatVector.fromMemorySegment(FLOAT, own, BYTES, ORDER);
            FloatVector a1 = FloatVector.fromMemorySegment(FLOAT, own, to1, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOAT, own, to1 + BYTES, ORDER);
            FloatVector a2 = FloatVector.fromMemorySegment(FLOAT, own, to2, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(FLOAT, own, to2 + BYTES, ORDER);
            long places0 = Long.rotateLeft(words[word + input], shift);
            long places1 = Long.rotateLeft(words[word + second], shift);
            long places2 = Long.rotateLeft(words[word + third], shift);
            for (int group = 0; group < GROUPS; group++) {
                MemorySegment from = tables.asSlice(group * table, table);
                long entry = places0 & entries;
                a0 = a0.add(FloatVector.fromMemorySegment(FLOAT, from, entry, ORDER));
                b0 = b0.add(FloatVector.fromMemorySegment(FLOAT, from, entry + BYTES, ORDER));
                entry = places1 & entries;
                a1 = a1.add(FloatVector.fromMemorySegment(FLOAT, from, entry, ORDER));
                b1 = b1.add(FloatVector.fromMemorySegment(FLOAT, from, entry + BYTES, ORDER));
                entry = places2 & entries;
                a2 = a2.add(FloatVector.fromMemorySegment(FLOAT, from, entry, ORDER));
                b2 = b2.add(FloatVector.fromMemorySegment(FLOAT, from, entry + BYTES, ORDER));
                places0 = Long.rotateRight(places0, 4);
                places1 = Long.rotateRight(places1, 4);
                places2 = Long.rotateRight(places2, 4);
            }
            a2.intoMemorySegment(own, to2, ORDER);
            b2.intoMemorySegment(own, to2 + BYTES, ORDER);
            a1.intoMemorySegment(own, to1, ORDER);
            b1.intoMemorySegment(own, to1 + BYTES, ORDER);
            a0.intoMemorySegment(own, 0, ORDER);
            b0.intoMemorySegment(own, BYTES, ORDER);
        }
    }

    /** One vector of sums, those of four words side by side. */
    private static void addSingles(
            long[] words, int word, int count, MemorySegment sums, long to, MemorySegment tables) {
        Checks.isNative(sums);
        Checks.isNative(tables);
        final int shift = Integer.numberOfTrailingZeros(BYTES);
        final long table = (long) SpikeLists.ENTRIES * BYTES;
        final long entries = (SpikeLists.ENTRIES - 1L) * BYTES;
        int last = count - 1;
        for (int input = 0; input <= last; input += 4) {
            int second = Math.min(input + 1, last); // behind the last, the last again
            int third = Math.min(input + 2, last);
            int fourth = Math.min(input + 3, last);
            long to0 = to + (long) input * PackedWeights.BLOCK_BYTES;
            long to1 = to + (long) second * PackedWeights.BLOCK_BYTES;
            long to2 = to + (long) third * PackedWeights.BLOCK_BYTES;
            long to3 = to + (long) fourth * PackedWeights.BLOCK_BYTES;
            FloatVector a0 = FloatVector.fromMemorySegment(FLOAT, sums, to0, ORDER);
            FloatVector a1 = FloatVector.fromMemorySegment(FLOAT, sums, to1, ORDER);
            FloatVector a2 = FloatVector.fromMemorySegment(FLOAT, sums, to2, ORDER);
            FloatVector a3 = FloatVector.fromMemorySegment(FLOAT, sums, to3, ORDER);
            long places0 = Long.rotateLeft(words[word + input], shift);
            long places1 = Long.rotateLeft(words[word + second], shift);
            long places2 = Long.rotateLeft(words[word + third], shift);
            long places3 = Long.rotateLeft(words[word + fourth], shift);
            for (int group = 0; group < GROUPS; group++) {
                MemorySegment from = tables.asSlice(group * table, table);
                a0 = a0.add(FloatVector.fromMemorySegment(FLOAT, from, places0 & entries, ORDER));
                a1 = a1.add(FloatVector.fromMemorySegment(FLOAT, from, places1 & entries, ORDER));
                a2 = a2.add(FloatVector.fromMemorySegment(FLOAT, from, places2 & entries, ORDER));
                a3 = a3.add(FloatVector.fromMemorySegment(FLOAT, from, places3 & entries, ORDER));
                places0 = Long.rotateRight(places0, 4);
                places1 = Long.rotateRight(places1, 4);
                places2 = Long.rotateRight(places2, 4);
                places3 = Long.rotateRight(places3, 4);
            }
            a3.intoMemorySegment(sums, to3, ORDER);
            a2.intoMemorySegment(sums, to2, ORDER);
            a1.intoMemorySegment(sums, to1, ORDER);
            a0.intoMemorySegment(sums, to0, ORDER);
        }
    }
}
