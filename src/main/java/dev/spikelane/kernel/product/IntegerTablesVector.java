package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTE;
import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.INT;
import static dev.spikelane.kernel.base.Lanes.SHORT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link IntegerMatmul} that adds partial sums of four inputs from tables, four vectors of 16-bit lanes wide. Sums of 16
 * bits are added to sums of 32 before they can overflow.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
final class IntegerTablesVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfInt HALF_WORD = ValueLayout.JAVA_INT;

    private static final int STRIP_BYTES = IntegerMatmulVector.STRIP * BYTES;
    private static final int ENTRY_SHIFT = Integer.numberOfTrailingZeros(STRIP_BYTES);
    private static final int TABLE_BYTES = IntegerSums.ENTRIES * STRIP_BYTES;
    private static final int ENTRY_MASK = TABLE_BYTES - STRIP_BYTES;

    /** Panels whose sums 16 bits can hold, if no item is beyond -128 to 127; half as many for 0 to 255. */
    private static final int PANELS_ADDED = 8;

    /** Turns the stored halves of pairs, of which the lower one has an offset, into numbers with a sign. */
    private static final ShortVector SIGN =
            IntVector.broadcast(INT, PackedIntegers.OFFSET).reinterpretAsShorts();

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
        int end = current.endBlock() * IntegerMatmulVector.VECTORS;
        boolean bytes = weights.type() == ElementType.INT8;
        for (int vector = current.firstBlock() * IntegerMatmulVector.VECTORS;
                vector < end;
                vector += IntegerMatmulVector.STRIP) {
            for (int row = 0; row < rows; row += IntegerSums.ROWS) {
                int some = Math.min(rows - row, IntegerSums.ROWS);
                IntegerSumsVector.clearWide(workspace, some);
                if (bytes) {
                    add(spikes, row, some, weights, current, vector, Plane.WHOLE, workspace);
                } else {
                    add(spikes, row, some, weights, current, vector, Plane.LOWER, workspace);
                    add(spikes, row, some, weights, current, vector, Plane.UPPER, workspace);
                }
                IntegerSumsVector.finishWide(workspace, row, some, weights, current, vector);
            }
        }
    }

    private static void add(
            SpikeMatrix spikes,
            int firstRow,
            int rows,
            PackedIntegers weights,
            Tile current,
            int vector,
            Plane plane,
            MemorySegment workspace) {
        int panels = Math.ceilDiv(weights.pre(), IntegerSums.PANEL);
        for (int panel = 0; panel < panels; panel++) {
            for (int lanes = 0; lanes < IntegerMatmulVector.STRIP; lanes++) {
                long from = IntegerMatmulVector.base(weights, current, vector + lanes)
                        + (long) panel * IntegerSums.PANEL * weights.inputBytes();
                if (plane == Plane.WHOLE) {
                    widen(weights, from, workspace);
                } else {
                    split(weights, from, plane == Plane.LOWER, workspace);
                }
                makeTables(workspace, lanes * BYTES);
            }
            addPanel(spikes, firstRow, rows, panel, workspace, panel % plane.panels == 0);
            if (panel % plane.panels == plane.panels - 1 || panel == panels - 1) {
                IntegerSumsVector.widen(workspace, rows, plane.shift);
            }
        }
    }

    /** Puts aside a panel's items of 8 bits. */
    private static void widen(PackedIntegers weights, long from, MemorySegment workspace) {
        MemorySegment segment = weights.segment();
        Checks.isNative(segment);
        Checks.isNative(workspace);
        for (int input = 0; input < IntegerSums.PANEL; input++) {
            ByteVector.fromMemorySegment(BYTE, segment, from + (long) input * weights.inputBytes(), ORDER)
                    .convertShape(VectorOperators.B2S, SHORT, 0)
                    .intoMemorySegment(workspace, IntegerSums.SPLIT + (long) input * BYTES, ORDER);
        }
    }

    /** Puts aside which 8 bits of a panel's items of 16 are added. */
    private static void split(PackedIntegers weights, long from, boolean lower, MemorySegment workspace) {
        MemorySegment segment = weights.segment();
        Checks.isNative(segment);
        Checks.isNative(workspace);
        // The same operations for both, as a vector that is one or the other would be boxed.
        int shift = lower ? 0 : Byte.SIZE;
        short mask = (short) (lower ? 0xff : -1);
        for (int input = 0; input < IntegerSums.PANEL; input++) {
            ShortVector items = ShortVector.fromMemorySegment(
                            SHORT, segment, from + (long) input * weights.inputBytes(), ORDER)
                    .lanewise(VectorOperators.XOR, SIGN);
            ShortVector bits = items.lanewise(VectorOperators.ASHR, shift).lanewise(VectorOperators.AND, mask);
            bits.intoMemorySegment(workspace, IntegerSums.SPLIT + (long) input * BYTES, ORDER);
        }
    }

    /**
     * Entry {@code n} of a group's table is the sum of the items put aside of the inputs whose bit is set in {@code n}.
     *
     * @param lanes bytes from the start of an entry to the vector that is made
     */
    private static void makeTables(MemorySegment workspace, int lanes) {
        Checks.isNative(workspace);
        long from = IntegerSums.SPLIT;
        for (int group = 0; group < IntegerSums.GROUPS; group++) {
            ShortVector w0 = ShortVector.fromMemorySegment(SHORT, workspace, from, ORDER);
            ShortVector w1 = ShortVector.fromMemorySegment(SHORT, workspace, from + BYTES, ORDER);
            ShortVector w2 = ShortVector.fromMemorySegment(SHORT, workspace, from + 2 * BYTES, ORDER);
            ShortVector w3 = ShortVector.fromMemorySegment(SHORT, workspace, from + 3 * BYTES, ORDER);
            from += 4 * BYTES;
            ShortVector w01 = w0.add(w1);
            ShortVector w02 = w0.add(w2);
            ShortVector w12 = w1.add(w2);
            ShortVector w012 = w01.add(w2);
            long to = (long) group * TABLE_BYTES + lanes;
            ShortVector.zero(SHORT).intoMemorySegment(workspace, to, ORDER);
            w0.intoMemorySegment(workspace, to + STRIP_BYTES, ORDER);
            w1.intoMemorySegment(workspace, to + 2 * STRIP_BYTES, ORDER);
            w01.intoMemorySegment(workspace, to + 3 * STRIP_BYTES, ORDER);
            w2.intoMemorySegment(workspace, to + 4 * STRIP_BYTES, ORDER);
            w02.intoMemorySegment(workspace, to + 5 * STRIP_BYTES, ORDER);
            w12.intoMemorySegment(workspace, to + 6 * STRIP_BYTES, ORDER);
            w012.intoMemorySegment(workspace, to + 7 * STRIP_BYTES, ORDER);
            w3.intoMemorySegment(workspace, to + 8 * STRIP_BYTES, ORDER);
            w0.add(w3).intoMemorySegment(workspace, to + 9 * STRIP_BYTES, ORDER);
            w1.add(w3).intoMemorySegment(workspace, to + 10 * STRIP_BYTES, ORDER);
            w01.add(w3).intoMemorySegment(workspace, to + 11 * STRIP_BYTES, ORDER);
            w2.add(w3).intoMemorySegment(workspace, to + 12 * STRIP_BYTES, ORDER);
            w02.add(w3).intoMemorySegment(workspace, to + 13 * STRIP_BYTES, ORDER);
            w12.add(w3).intoMemorySegment(workspace, to + 14 * STRIP_BYTES, ORDER);
            w012.add(w3).intoMemorySegment(workspace, to + 15 * STRIP_BYTES, ORDER);
        }
    }

    /** The hot loop: for each row one entry of each of eight tables. */
    private static void addPanel(
            SpikeMatrix spikes, int firstRow, int rows, int panel, MemorySegment workspace, boolean first) {
        MemorySegment words = spikes.segment();
        Checks.isNative(words);
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            int bits = words.get(HALF_WORD, spikes.rowOffset(firstRow + row) + (long) panel * Integer.BYTES);
            // Of constant length, so that C2 sees that no load of a table can miss it.
            MemorySegment tables = workspace.asSlice(0, IntegerSums.TABLES_BYTES);
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
            for (int group = 0; group < IntegerSums.GROUPS; group += 2) {
                int entry = group * TABLE_BYTES + (bits << ENTRY_SHIFT & ENTRY_MASK);
                sum0 = sum0.add(ShortVector.fromMemorySegment(SHORT, tables, entry, ORDER));
                sum1 = sum1.add(ShortVector.fromMemorySegment(SHORT, tables, entry + BYTES, ORDER));
                sum2 = sum2.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 2 * BYTES, ORDER));
                sum3 = sum3.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 3 * BYTES, ORDER));
                entry = group * TABLE_BYTES + TABLE_BYTES + (bits << ENTRY_SHIFT - 4 & ENTRY_MASK);
                sum0 = sum0.add(ShortVector.fromMemorySegment(SHORT, tables, entry, ORDER));
                sum1 = sum1.add(ShortVector.fromMemorySegment(SHORT, tables, entry + BYTES, ORDER));
                sum2 = sum2.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 2 * BYTES, ORDER));
                sum3 = sum3.add(ShortVector.fromMemorySegment(SHORT, tables, entry + 3 * BYTES, ORDER));
                bits >>>= 8;
            }
            sum0.intoMemorySegment(sums, 0, ORDER);
            sum1.intoMemorySegment(sums, BYTES, ORDER);
            sum2.intoMemorySegment(sums, 2 * BYTES, ORDER);
            sum3.intoMemorySegment(sums, 3 * BYTES, ORDER);
        }
    }
}
