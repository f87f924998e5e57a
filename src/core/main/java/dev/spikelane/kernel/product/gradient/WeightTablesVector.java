package dev.spikelane.kernel.product.gradient;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.gradient.WeightGradientVector.Part;
import dev.spikelane.kernel.product.spike.SpikePanelsVector;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Gradients of weights from tables of partial sums that fit the L1 cache: 16 groups of rows and two vectors of outputs,
 * 32 KB at 512 bits. After tables are made, each input adds one entry of each, so sums pass the L2 cache once for 16
 * groups. {@link SpikePanelsVector} explains the slices in the loop. There is no helper method for loads, which C2
 * leaves as a call in some JVMs.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a tile are int on purpose
class WeightTablesVector {

    private static final int PAIR = 2 * BYTES;

    /** Groups whose tables are made together. */
    private static final int GROUPS = SpikeLists.PANEL_GROUPS;

    private static final WeightTablesVector PAIRS = Unrolled.of(MethodHandles.lookup(), new WeightTablesVector(3, 2));
    private static final WeightTablesVector SINGLES = Unrolled.of(MethodHandles.lookup(), new WeightTablesVector(4, 1));

    private final int side;
    private final int vectors;

    private WeightTablesVector(int side, int vectors) {
        this.side = side;
        this.vectors = vectors;
    }

    /**
     * Adds the partial sums of some sections to the sums of some inputs, two vectors of outputs at a time, or one if it
     * holds all outputs.
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
     * Adds the partial sums of all panels for few outputs. Spikes are spread here, for some inputs at a time.
     *
     * @param squares room for one word for each of these inputs, a multiple of 64
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

    /** Makes the tables of a panel for some outputs, and adds the rows to the bias if this part does so. */
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
     * Adds 64 inputs to the currents of some rows, for few outputs.
     *
     * @param word the number of the 64 inputs
     * @param words the spikes of these inputs, one word for each row
     * @param to byte offset of the first row's currents
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
                PAIRS.make(weights.segment(), from, PackedWeights.BLOCK_BYTES, some, strip, tables, group);
            }
            addPanel(words, 0, rows, current.segment(), to + lanes, strip, tables);
        }
    }

    /** Adds, for each word, one entry of each of 16 tables to its sums, which are 256 bytes apart. */
    private static void addPanel(
            long[] words, int word, int count, MemorySegment sums, long to, int strip, MemorySegment tables) {
        (strip == PAIR ? PAIRS : SINGLES).addEntries(words, word, count, sums, to, tables);
    }

    /**
     * Writes the entries of no spike, -0, the identity of addition. Tables after the last group have no other entry in
     * use.
     */
    private static void clear(MemorySegment tables, int bytes) {
        Checks.isNative(tables);
        for (int table = 0; table < GROUPS; table++) {
            for (int lane = 0; lane < bytes; lane += BYTES) {
                FloatVector.broadcast(FLOAT, -0.0f)
                        .intoMemorySegment(tables, (long) table * SpikeLists.ENTRIES * bytes + lane, ORDER);
            }
        }
    }

    /** Makes a table: entry {@code n} is the sum, in ascending order, of the rows whose bits are set in {@code n}. */
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
        PAIRS.make(values.segment(), first, values.rowOffset(1), lists.rows(group), bytes, tables, place);
    }

    void make(MemorySegment from, long first, long stride, int rows, int bytes, MemorySegment tables, int place) {
        Checks.isNative(from);
        Checks.isNative(tables);
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f);
        for (int lane = 0; lane < bytes; lane += BYTES) {
            long at = first + lane;
            long to = (long) place * SpikeLists.ENTRIES * bytes + lane;
            FloatVector[] entries = new FloatVector[SpikeLists.ENTRIES];
            entries[0] = none;
            for (int row = 0; row < 4; row = next(row)) {
                FloatVector rowValues = none;
                if (row < rows) {
                    rowValues = FloatVector.fromMemorySegment(FLOAT, from, at + row * stride, ORDER);
                }
                entries[1 << row] = rowValues;
                for (int n = 1; n < 1 << row; n = next(n)) {
                    entries[n + (1 << row)] = entries[n].add(rowValues);
                }
            }
            for (int n = 0; n < SpikeLists.ENTRIES; n = next(n)) {
                entries[n].intoMemorySegment(tables, to + (long) n * bytes, ORDER);
            }
        }
    }

    /** Adds the rows to the bias, an input that always fires. */
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
     * Adds entries for three words of two vectors, or four words of one, at a time. Two words of two vectors would wait
     * for the latency of their additions. With four of them the loop exceeds C2's limit of inlined nodes in one of four
     * JVMs that have trained other networks before (82 ms an iteration instead of 14).
     */
    void addEntries(long[] words, int word, int count, MemorySegment sums, long to, MemorySegment tables) {
        Checks.isNative(sums);
        Checks.isNative(tables);
        int strip = vectors * BYTES;
        int shift = Integer.numberOfTrailingZeros(strip);
        long table = (long) SpikeLists.ENTRIES * strip;
        long entries = (SpikeLists.ENTRIES - 1L) * strip;
        int last = count - 1;
        for (int input = 0; input <= last; input += side) {
            long[] at = new long[side];
            long[] places = new long[side];
            FloatVector[] sum = new FloatVector[side * vectors];
            for (int i = 0; i < side; i = next(i)) {
                int wordIndex = Math.min(input + i, last); // words after the last repeat it
                at[i] = (long) (wordIndex - input) * PackedWeights.BLOCK_BYTES;
                places[i] = Long.rotateLeft(words[word + wordIndex], shift);
            }
            MemorySegment target = sums.asSlice(to + (long) input * PackedWeights.BLOCK_BYTES, at[side - 1] + strip);
            for (int i = 0; i < side * vectors; i = next(i)) {
                sum[i] = FloatVector.fromMemorySegment(FLOAT, target, at[i / vectors] + i % vectors * BYTES, ORDER);
            }
            for (int group = 0; group < GROUPS; group++) {
                MemorySegment from = tables.asSlice(group * table, table);
                for (int i = 0; i < side * vectors; i = next(i)) {
                    long entry = (places[i / vectors] & entries) + i % vectors * BYTES;
                    sum[i] = sum[i].add(FloatVector.fromMemorySegment(FLOAT, from, entry, ORDER));
                }
                for (int i = 0; i < side; i = next(i)) {
                    places[i] = Long.rotateRight(places[i], 4);
                }
            }
            for (int i = 1; i <= side * vectors; i = next(i)) { // repeats of the last word are stored first
                int sumIndex = side * vectors - i;
                sum[sumIndex].intoMemorySegment(target, at[sumIndex / vectors] + sumIndex % vectors * BYTES, ORDER);
            }
        }
    }
}
