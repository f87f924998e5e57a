package dev.spikelane.kernel.product.integer;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link IntegerMatmul} that adds partial sums of four inputs from tables, four vectors of 16-bit lanes
 * wide. Sums of 16 bits are added to sums of 32 before they can overflow.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
final class IntegerTablesVector {

    /** Vectors of 16-bit lanes in a block, and those that are computed together. */
    private static final int VECTORS = PackedIntegers.BLOCK * Short.BYTES / BYTES;

    private static final int STRIP = IntegerMatmulVector.STRIP;

    /** Blocks whose currents are made together: a strip, or two strips of a block. */
    private static final int BLOCKS = Math.max(1, STRIP / VECTORS);

    private static final int STRIP_BYTES = STRIP * BYTES;
    private static final int ENTRY_SHIFT = Integer.numberOfTrailingZeros(STRIP_BYTES);
    private static final int TABLE_BYTES = IntegerSums.ENTRIES * STRIP_BYTES;
    private static final int ENTRY_MASK = TABLE_BYTES - STRIP_BYTES;
    private static final int TABLES_BYTES = IntegerSums.GROUPS * TABLE_BYTES;

    /** Panels whose sums 16 bits can hold, if no item is beyond -128 to 127; half as many for 0 to 255. */
    private static final int PANELS_ADDED = 256 / IntegerSums.PANEL;

    /**
     * Where two vectors of bytes are put aside: their lower halves at 0 and here, the upper ones here and at the end.
     */
    private static final int SECOND_LOWER = BLOCKS == 2 ? 2 * BYTES : BYTES;

    private static final int FIRST_UPPER = BLOCKS == 2 ? BYTES : 2 * BYTES;

    /**
     * Turns the stored halves of pairs, of which the lower one has an offset, into numbers with a sign: of 8 bits, and
     * of 16.
     */
    private static final ShortVector BYTE_SIGN = ShortVector.broadcast(SHORT, (short) (1 << 7));

    private static final ShortVector SHORT_SIGN =
            IntVector.broadcast(INT, 1 << 15).reinterpretAsShorts();

    private IntegerTablesVector() {}

    /** Which 8 bits of the items are added, and what they count. */
    private enum Plane {
        /** All of 8. */
        WHOLE(0, PANELS_ADDED),
        /** The lower of 16, without a sign. */
        LOWER(0, PANELS_ADDED / 2),
        /** The upper of 16. */
        UPPER(Byte.SIZE, PANELS_ADDED);

        private final int shift;
        private final int panels;

        Plane(int shift, int panels) {
            this.shift = shift;
            this.panels = panels;
        }
    }

    static void multiply(SpikeMatrix spikes, int rows, PackedIntegers weights, Tile current, MemorySegment workspace) {
        int panels = Math.ceilDiv(weights.inputs(), IntegerSums.PANEL);
        boolean bytes = weights.type() == ElementType.INT8;
        for (int row = 0; row < rows; row += IntegerSums.ROWS) {
            int some = Math.min(rows - row, IntegerSums.ROWS);
            int end;
            for (int block = current.firstBlock(); block < current.endBlock(); block = end) {
                end = Math.min(block / BLOCKS * BLOCKS + BLOCKS, current.endBlock());
                IntegerSumsVector.clearWide(workspace, some * BLOCKS);
                for (int from = 0; from < panels; from += IntegerSums.PANELS) {
                    int to = Math.min(panels, from + IntegerSums.PANELS);
                    if (block == current.firstBlock() || panels > IntegerSums.PANELS) {
                        takeSpikes(spikes, row, some, from, to, workspace);
                    }
                    for (int vector = 0; vector < BLOCKS * VECTORS; vector += STRIP) {
                        if (bytes) {
                            add(some, weights, block, vector, from, to, Plane.WHOLE, workspace);
                        } else {
                            add(some, weights, block, vector, from, to, Plane.LOWER, workspace);
                            add(some, weights, block, vector, from, to, Plane.UPPER, workspace);
                        }
                    }
                }
                IntegerSumsVector.finishWide(workspace, BLOCKS, row, some, weights, current, block, end);
            }
        }
    }

    /** Puts the spikes of a panel side by side, a row after the other. */
    private static void takeSpikes(
            SpikeMatrix spikes, int firstRow, int rows, int first, int end, MemorySegment workspace) {
        MemorySegment from = spikes.segment();
        Checks.isNative(from);
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            long at = spikes.rowOffset(firstRow + row);
            for (int panel = first; panel < end; panel++) {
                short bits = from.get(JAVA_SHORT, at + (long) panel * Short.BYTES);
                workspace.set(
                        JAVA_SHORT,
                        IntegerSums.SPIKES
                                + (long) (panel - first) * IntegerSums.SPIKES_BYTES
                                + (long) row * Short.BYTES,
                        bits);
            }
        }
    }

    /** Adds panels to the sums of a strip. */
    private static void add(
            int rows,
            PackedIntegers weights,
            int block,
            int vector,
            int firstPanel,
            int endPanel,
            Plane plane,
            MemorySegment workspace) {
        int inputBytes = weights.inputBytes(block);
        boolean whole = plane == Plane.WHOLE;
        long start = weights.blockOffset(block) + (whole ? vector / 2 : vector) * BYTES;
        for (int panel = firstPanel; panel < endPanel; panel++) {
            long from = start + (long) panel * IntegerSums.PANEL * inputBytes;
            if (whole) {
                putBytesAside(weights.segment(), from, inputBytes, workspace);
            } else {
                putShortsAside(weights.segment(), from, inputBytes, plane == Plane.LOWER, workspace);
            }
            makeTables(workspace);
            int added = (panel - firstPanel) % plane.panels;
            addPanel(workspace, panel - firstPanel, rows, added == 0);
            if (added == plane.panels - 1 || panel == endPanel - 1) {
                if (whole) {
                    widen(workspace, rows, vector);
                } else {
                    widenPairs(workspace, rows, vector, plane.shift);
                }
            }
        }
    }

    /** Puts aside a panel's items of 8 bits, of two vectors: the lower and the upper halves of their lanes. */
    private static void putBytesAside(MemorySegment weights, long from, int inputBytes, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int input = 0; input < IntegerSums.PANEL; input += 2) {
            long at = from + (long) input * inputBytes;
            long next = at + inputBytes;
            ShortVector pairs0 =
                    ShortVector.fromMemorySegment(SHORT, weights, at, ORDER).lanewise(VectorOperators.XOR, BYTE_SIGN);
            ShortVector pairs1 = ShortVector.fromMemorySegment(SHORT, weights, at + BYTES, ORDER)
                    .lanewise(VectorOperators.XOR, BYTE_SIGN);
            ShortVector pairs2 =
                    ShortVector.fromMemorySegment(SHORT, weights, next, ORDER).lanewise(VectorOperators.XOR, BYTE_SIGN);
            ShortVector pairs3 = ShortVector.fromMemorySegment(SHORT, weights, next + BYTES, ORDER)
                    .lanewise(VectorOperators.XOR, BYTE_SIGN);
            MemorySegment to = workspace.asSlice(IntegerSums.SPLIT + (long) input * STRIP_BYTES, 2 * STRIP_BYTES);
            pairs0.lanewise(VectorOperators.LSHL, Byte.SIZE)
                    .lanewise(VectorOperators.ASHR, Byte.SIZE)
                    .intoMemorySegment(to, 0, ORDER);
            pairs1.lanewise(VectorOperators.LSHL, Byte.SIZE)
                    .lanewise(VectorOperators.ASHR, Byte.SIZE)
                    .intoMemorySegment(to, SECOND_LOWER, ORDER);
            pairs0.lanewise(VectorOperators.ASHR, Byte.SIZE).intoMemorySegment(to, FIRST_UPPER, ORDER);
            pairs1.lanewise(VectorOperators.ASHR, Byte.SIZE).intoMemorySegment(to, 3 * BYTES, ORDER);
            pairs2.lanewise(VectorOperators.LSHL, Byte.SIZE)
                    .lanewise(VectorOperators.ASHR, Byte.SIZE)
                    .intoMemorySegment(to, STRIP_BYTES, ORDER);
            pairs3.lanewise(VectorOperators.LSHL, Byte.SIZE)
                    .lanewise(VectorOperators.ASHR, Byte.SIZE)
                    .intoMemorySegment(to, STRIP_BYTES + SECOND_LOWER, ORDER);
            pairs2.lanewise(VectorOperators.ASHR, Byte.SIZE).intoMemorySegment(to, STRIP_BYTES + FIRST_UPPER, ORDER);
            pairs3.lanewise(VectorOperators.ASHR, Byte.SIZE).intoMemorySegment(to, STRIP_BYTES + 3 * BYTES, ORDER);
        }
    }

    /** Puts aside which 8 bits of a panel's items of 16 are added, of four vectors. */
    private static void putShortsAside(
            MemorySegment weights, long from, int inputBytes, boolean lower, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        // The same operations for both, as a vector that is one or the other would be boxed.
        int shift = lower ? 0 : Byte.SIZE;
        short mask = (short) (lower ? 0xff : -1);
        for (int input = 0; input < IntegerSums.PANEL; input++) {
            MemorySegment items = weights.asSlice(from + (long) input * inputBytes, STRIP_BYTES);
            ShortVector items0 =
                    ShortVector.fromMemorySegment(SHORT, items, 0, ORDER).lanewise(VectorOperators.XOR, SHORT_SIGN);
            ShortVector items1 =
                    ShortVector.fromMemorySegment(SHORT, items, BYTES, ORDER).lanewise(VectorOperators.XOR, SHORT_SIGN);
            ShortVector items2 = ShortVector.fromMemorySegment(SHORT, items, 2 * BYTES, ORDER)
                    .lanewise(VectorOperators.XOR, SHORT_SIGN);
            ShortVector items3 = ShortVector.fromMemorySegment(SHORT, items, 3 * BYTES, ORDER)
                    .lanewise(VectorOperators.XOR, SHORT_SIGN);
            MemorySegment to = workspace.asSlice(IntegerSums.SPLIT + (long) input * STRIP_BYTES, STRIP_BYTES);
            ShortVector part0 = items0.lanewise(VectorOperators.ASHR, shift).lanewise(VectorOperators.AND, mask);
            ShortVector part1 = items1.lanewise(VectorOperators.ASHR, shift).lanewise(VectorOperators.AND, mask);
            ShortVector part2 = items2.lanewise(VectorOperators.ASHR, shift).lanewise(VectorOperators.AND, mask);
            ShortVector part3 = items3.lanewise(VectorOperators.ASHR, shift).lanewise(VectorOperators.AND, mask);
            part0.intoMemorySegment(to, 0, ORDER);
            part1.intoMemorySegment(to, BYTES, ORDER);
            part2.intoMemorySegment(to, 2 * BYTES, ORDER);
            part3.intoMemorySegment(to, 3 * BYTES, ORDER);
        }
    }

    /**
     * Entry {@code n} of a group's table is the sum of the items put aside of the inputs whose bit is set in {@code n}.
     * One loop over groups and vectors: a call for each vector costs as much as its tables.
     */
    private static void makeTables(MemorySegment workspace) {
        Checks.isNative(workspace);
        for (int i = 0; i < IntegerSums.GROUPS * STRIP; i++) {
            int group = i / STRIP;
            int lanes = i % STRIP * BYTES;
            MemorySegment items = workspace.asSlice(
                    IntegerSums.SPLIT + (long) group * 4 * STRIP_BYTES + lanes, 3 * STRIP_BYTES + BYTES);
            MemorySegment table =
                    workspace.asSlice((long) group * TABLE_BYTES + lanes, TABLE_BYTES - STRIP_BYTES + BYTES);
            ShortVector w0 = ShortVector.fromMemorySegment(SHORT, items, 0, ORDER);
            ShortVector w1 = ShortVector.fromMemorySegment(SHORT, items, STRIP_BYTES, ORDER);
            ShortVector w2 = ShortVector.fromMemorySegment(SHORT, items, 2 * STRIP_BYTES, ORDER);
            ShortVector w3 = ShortVector.fromMemorySegment(SHORT, items, 3 * STRIP_BYTES, ORDER);
            ShortVector w01 = w0.add(w1);
            ShortVector w02 = w0.add(w2);
            ShortVector w12 = w1.add(w2);
            ShortVector w012 = w01.add(w2);
            ShortVector.zero(SHORT).intoMemorySegment(table, 0, ORDER);
            w0.intoMemorySegment(table, STRIP_BYTES, ORDER);
            w1.intoMemorySegment(table, 2 * STRIP_BYTES, ORDER);
            w01.intoMemorySegment(table, 3 * STRIP_BYTES, ORDER);
            w2.intoMemorySegment(table, 4 * STRIP_BYTES, ORDER);
            w02.intoMemorySegment(table, 5 * STRIP_BYTES, ORDER);
            w12.intoMemorySegment(table, 6 * STRIP_BYTES, ORDER);
            w012.intoMemorySegment(table, 7 * STRIP_BYTES, ORDER);
            w3.intoMemorySegment(table, 8 * STRIP_BYTES, ORDER);
            w0.add(w3).intoMemorySegment(table, 9 * STRIP_BYTES, ORDER);
            w1.add(w3).intoMemorySegment(table, 10 * STRIP_BYTES, ORDER);
            w01.add(w3).intoMemorySegment(table, 11 * STRIP_BYTES, ORDER);
            w2.add(w3).intoMemorySegment(table, 12 * STRIP_BYTES, ORDER);
            w02.add(w3).intoMemorySegment(table, 13 * STRIP_BYTES, ORDER);
            w12.add(w3).intoMemorySegment(table, 14 * STRIP_BYTES, ORDER);
            w012.add(w3).intoMemorySegment(table, 15 * STRIP_BYTES, ORDER);
        }
    }

    /** The hot loop: for each row one entry of each of four tables. */
    private static void addPanel(MemorySegment workspace, int panel, int rows, boolean first) {
        Checks.isNative(workspace);
        long spikes = IntegerSums.SPIKES + (long) panel * IntegerSums.SPIKES_BYTES;
        for (int row = 0; row < rows; row++) {
            int bits = workspace.get(JAVA_SHORT, spikes + (long) row * Short.BYTES);
            // Of constant length, so that C2 sees that no load of a table can miss it.
            MemorySegment tables = workspace.asSlice(0, TABLES_BYTES);
            MemorySegment sums = workspace.asSlice(IntegerSums.NARROW + (long) row * STRIP_BYTES, STRIP_BYTES);
            ShortVector sum0 = ShortVector.zero(SHORT);
            ShortVector sum1 = sum0;
            ShortVector sum2 = sum0;
            ShortVector sum3 = sum0;
            if (!first) {
                sum0 = ShortVector.fromMemorySegment(SHORT, sums, 0, ORDER);
                sum1 = ShortVector.fromMemorySegment(SHORT, sums, BYTES, ORDER);
                sum2 = ShortVector.fromMemorySegment(SHORT, sums, 2 * BYTES, ORDER);
                sum3 = ShortVector.fromMemorySegment(SHORT, sums, 3 * BYTES, ORDER);
            }
            int entry = bits << ENTRY_SHIFT & ENTRY_MASK;
            sum0 = sum0.add(ShortVector.fromMemorySegment(SHORT, tables, entry, ORDER));
            sum1 = sum1.add(ShortVector.fromMemorySegment(SHORT, tables, entry + BYTES, ORDER));
            sum2 = sum2.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 2 * BYTES, ORDER));
            sum3 = sum3.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 3 * BYTES, ORDER));
            entry = TABLE_BYTES + (bits << ENTRY_SHIFT - 4 & ENTRY_MASK);
            sum0 = sum0.add(ShortVector.fromMemorySegment(SHORT, tables, entry, ORDER));
            sum1 = sum1.add(ShortVector.fromMemorySegment(SHORT, tables, entry + BYTES, ORDER));
            sum2 = sum2.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 2 * BYTES, ORDER));
            sum3 = sum3.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 3 * BYTES, ORDER));
            entry = 2 * TABLE_BYTES + (bits >>> 8 << ENTRY_SHIFT & ENTRY_MASK);
            sum0 = sum0.add(ShortVector.fromMemorySegment(SHORT, tables, entry, ORDER));
            sum1 = sum1.add(ShortVector.fromMemorySegment(SHORT, tables, entry + BYTES, ORDER));
            sum2 = sum2.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 2 * BYTES, ORDER));
            sum3 = sum3.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 3 * BYTES, ORDER));
            entry = 3 * TABLE_BYTES + (bits >>> 12 << ENTRY_SHIFT & ENTRY_MASK);
            sum0 = sum0.add(ShortVector.fromMemorySegment(SHORT, tables, entry, ORDER));
            sum1 = sum1.add(ShortVector.fromMemorySegment(SHORT, tables, entry + BYTES, ORDER));
            sum2 = sum2.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 2 * BYTES, ORDER));
            sum3 = sum3.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 3 * BYTES, ORDER));
            sum0.intoMemorySegment(sums, 0, ORDER);
            sum1.intoMemorySegment(sums, BYTES, ORDER);
            sum2.intoMemorySegment(sums, 2 * BYTES, ORDER);
            sum3.intoMemorySegment(sums, 3 * BYTES, ORDER);
        }
    }

    /** Adds a strip's narrow sums to wide ones: in the order of the outputs, but for a strip that is half a block. */
    private static void widen(MemorySegment workspace, int rows, int vector) {
        if (BLOCKS * VECTORS == STRIP) {
            IntegerSumsVector.widen(workspace, rows * BLOCKS);
        } else {
            IntegerSumsVector.widenHalf(workspace, rows, 0, vector * BYTES);
            IntegerSumsVector.widenHalf(workspace, rows, 2 * BYTES, IntegerSums.WIDE_BYTES / 2 + vector * BYTES);
        }
    }

    /**
     * Adds a strip's narrow sums, shifted, to wide ones: the halves of 32-bit lanes are the lower and the upper half of
     * a block.
     */
    private static void widenPairs(MemorySegment workspace, int rows, int vector, int shift) {
        IntegerSumsVector.widenPairs(
                workspace, rows, vector * BYTES, place(1), place(2), place(3), BLOCKS * IntegerSums.WIDE_BYTES, shift);
    }

    /** Bytes from the wide sums of a strip's first vector to those of another. */
    private static int place(int vector) {
        return vector / VECTORS * IntegerSums.WIDE_BYTES + vector % VECTORS * BYTES;
    }
}
