package dev.spikelane.kernel.product.integer;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link IntegerMatmul} that adds partial sums of four inputs from tables, in four vectors of 16-bit
 * lanes. 16-bit sums are added to 32-bit sums before they overflow.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class IntegerTablesVector {

    /** Vectors of 16-bit lanes in a block; {@link #STRIP} is the number that are computed together. */
    private static final int VECTORS = PackedIntegers.BLOCK * Short.BYTES / BYTES;

    private static final int STRIP = IntegerMatmulVector.STRIP;

    /** Blocks whose currents are made together: one strip, or two strips of one block. */
    private static final int BLOCKS = Math.max(1, STRIP / VECTORS);

    private static final int STRIP_BYTES = STRIP * BYTES;
    private static final int ENTRY_SHIFT = Integer.numberOfTrailingZeros(STRIP_BYTES);
    private static final int TABLE_BYTES = IntegerSums.ENTRIES * STRIP_BYTES;
    private static final int ENTRY_MASK = TABLE_BYTES - STRIP_BYTES;
    private static final int TABLES_BYTES = IntegerSums.GROUPS * TABLE_BYTES;

    /** Panels that 16-bit sums can hold if items are from -128 to 127; half as many for 0 to 255. */
    private static final int PANELS_ADDED = 256 / IntegerSums.PANEL;

    /** Offset of the second vector's lower halves after a split, and below the first vector's upper halves. */
    private static final int SECOND_LOWER = BLOCKS == 2 ? 2 * BYTES : BYTES;

    private static final int FIRST_UPPER = BLOCKS == 2 ? BYTES : 2 * BYTES;

    /** Converts stored pairs of 16-bit items, whose lower ones have an offset, to signed numbers. */
    private static final ShortVector SHORT_SIGN =
            IntVector.broadcast(INT, 1 << 15).reinterpretAsShorts();

    private static final IntegerTablesVector LOOPS = Unrolled.of(MethodHandles.lookup(), new IntegerTablesVector());

    private IntegerTablesVector() {}

    /** The 8 bits of the items that are added. */
    private enum Plane {
        /** All bits of 8-bit items. */
        WHOLE(0, PANELS_ADDED),
        /** The lower bits of 16-bit items, unsigned. */
        LOWER(0, PANELS_ADDED / 2),
        /** The upper bits of 16-bit items. */
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
        boolean bytes = weights.type() != ElementType.INT16;
        for (int row = 0; row < rows; row += IntegerSums.ROWS) {
            int some = Math.min(rows - row, IntegerSums.ROWS);
            int end;
            for (int block = current.firstBlock(); block < current.endBlock(); block = end) {
                end = Math.min(block / BLOCKS * BLOCKS + BLOCKS, current.endBlock());
                IntegerSumsVector.clear(workspace, IntegerSums.WIDE, some * BLOCKS * IntegerSums.WIDE_BYTES);
                for (int from = 0; from < panels; from += IntegerSums.PANELS) {
                    int to = Math.min(panels, from + IntegerSums.PANELS);
                    if (block == current.firstBlock() || panels > IntegerSums.PANELS) {
                        IntegerSums.takeSpikes(spikes, row, some, Short.BYTES, from, to, workspace);
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
                LOOPS.putBytesAside(weights.segment(), from, inputBytes, weights.offset(), workspace);
            } else {
                LOOPS.putShortsAside(weights.segment(), from, inputBytes, plane == Plane.LOWER, workspace);
            }
            LOOPS.makeTables(workspace);
            int added = (panel - firstPanel) % plane.panels;
            LOOPS.addPanel(workspace, panel - firstPanel, rows, added == 0);
            if (added == plane.panels - 1 || panel == endPanel - 1) {
                if (whole) {
                    widen(workspace, rows, vector);
                } else {
                    widenPairs(workspace, rows, vector, plane.shift);
                }
            }
        }
    }

    /** Splits the lanes of two vectors of 8-bit items into lower and upper halves, for a panel. */
    void putBytesAside(MemorySegment weights, long from, int inputBytes, int offset, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int input = 0; input < IntegerSums.PANEL; input += 2) {
            long at = from + (long) input * inputBytes;
            ShortVector[] pairs = new ShortVector[4];
            for (int i = 0; i < 4; i = next(i)) {
                pairs[i] =
                        ShortVector.fromMemorySegment(SHORT, weights, at + i / 2 * inputBytes + i % 2 * BYTES, ORDER);
            }
            MemorySegment to = workspace.asSlice(IntegerSums.SPLIT + (long) input * STRIP_BYTES, 2 * STRIP_BYTES);
            for (int i = 0; i < 4; i = next(i)) {
                int place = i / 2 * STRIP_BYTES;
                pairs[i].lanewise(VectorOperators.AND, (short) 0xff)
                        .sub((short) offset)
                        .intoMemorySegment(to, place + i % 2 * SECOND_LOWER, ORDER);
                pairs[i].lanewise(VectorOperators.ASHR, Byte.SIZE)
                        .intoMemorySegment(to, place + (i % 2 == 0 ? FIRST_UPPER : 3 * BYTES), ORDER);
            }
        }
    }

    /** Extracts 8 bits of four vectors of 16-bit items, for a panel. */
    void putShortsAside(MemorySegment weights, long from, int inputBytes, boolean lower, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        // Both halves take the same operations: C2 would box a vector that is one or the other.
        int shift = lower ? 0 : Byte.SIZE;
        short mask = (short) (lower ? 0xff : -1);
        for (int input = 0; input < IntegerSums.PANEL; input++) {
            MemorySegment items = weights.asSlice(from + (long) input * inputBytes, STRIP_BYTES);
            MemorySegment to = workspace.asSlice(IntegerSums.SPLIT + (long) input * STRIP_BYTES, STRIP_BYTES);
            for (int v = 0; v < STRIP; v = next(v)) {
                ShortVector.fromMemorySegment(SHORT, items, v * BYTES, ORDER)
                        .lanewise(VectorOperators.XOR, SHORT_SIGN)
                        .lanewise(VectorOperators.ASHR, shift)
                        .lanewise(VectorOperators.AND, mask)
                        .intoMemorySegment(to, v * BYTES, ORDER);
            }
        }
    }

    /**
     * Makes the tables: entry {@code n} is the sum of the split items of the inputs whose bits are set in {@code n}.
     * There is one loop over groups and vectors, because a call for each vector costs as much as its tables.
     */
    void makeTables(MemorySegment workspace) {
        Checks.isNative(workspace);
        for (int i = 0; i < IntegerSums.GROUPS * STRIP; i++) {
            int group = i / STRIP;
            int lanes = i % STRIP * BYTES;
            MemorySegment items = workspace.asSlice(
                    IntegerSums.SPLIT + (long) group * 4 * STRIP_BYTES + lanes, 3 * STRIP_BYTES + BYTES);
            MemorySegment table =
                    workspace.asSlice((long) group * TABLE_BYTES + lanes, TABLE_BYTES - STRIP_BYTES + BYTES);
            ShortVector[] entries = new ShortVector[IntegerSums.ENTRIES];
            for (int input = 0; input < 4; input = next(input)) {
                ShortVector item = ShortVector.fromMemorySegment(SHORT, items, input * STRIP_BYTES, ORDER);
                entries[1 << input] = item;
                for (int n = 1; n < 1 << input; n = next(n)) {
                    entries[n + (1 << input)] = entries[n].add(item);
                }
            }
            ShortVector.zero(SHORT).intoMemorySegment(table, 0, ORDER);
            for (int n = 1; n < IntegerSums.ENTRIES; n = next(n)) {
                entries[n].intoMemorySegment(table, n * STRIP_BYTES, ORDER);
            }
        }
    }

    /** The hot loop: adds one entry of each of four tables for each row. */
    void addPanel(MemorySegment workspace, int panel, int rows, boolean first) {
        Checks.isNative(workspace);
        long spikes = IntegerSums.SPIKES + (long) panel * IntegerSums.SPIKES_BYTES;
        for (int row = 0; row < rows; row++) {
            int bits = workspace.get(JAVA_SHORT, spikes + (long) row * Short.BYTES);
            // A constant length shows C2 that no load is outside the tables.
            MemorySegment tables = workspace.asSlice(0, TABLES_BYTES);
            MemorySegment sums = workspace.asSlice(IntegerSums.NARROW + (long) row * STRIP_BYTES, STRIP_BYTES);
            ShortVector[] sum = new ShortVector[STRIP];
            for (int v = 0; v < STRIP; v = next(v)) {
                sum[v] = ShortVector.zero(SHORT);
            }
            if (!first) {
                for (int v = 0; v < STRIP; v = next(v)) {
                    sum[v] = ShortVector.fromMemorySegment(SHORT, sums, v * BYTES, ORDER);
                }
            }
            for (int group = 0; group < IntegerSums.GROUPS; group = next(group)) {
                int place = bits >>> group / 2 * 8 << ENTRY_SHIFT - group % 2 * 4;
                int entry = group * TABLE_BYTES + (place & ENTRY_MASK);
                for (int v = 0; v < STRIP; v = next(v)) {
                    sum[v] = sum[v].add(ShortVector.fromMemorySegment(SHORT, tables, entry + v * BYTES, ORDER));
                }
            }
            for (int v = 0; v < STRIP; v = next(v)) {
                sum[v].intoMemorySegment(sums, v * BYTES, ORDER);
            }
        }
    }

    /**
     * Adds a strip's narrow sums to the wide ones. They are in the order of the outputs unless a strip is half a block.
     */
    private static void widen(MemorySegment workspace, int rows, int vector) {
        if (BLOCKS * VECTORS == STRIP) {
            IntegerSumsVector.widen(workspace, rows * BLOCKS);
        } else {
            IntegerSumsVector.widenHalf(workspace, rows, 0, vector * BYTES);
            IntegerSumsVector.widenHalf(workspace, rows, 2 * BYTES, IntegerSums.WIDE_BYTES / 2 + vector * BYTES);
        }
    }

    /**
     * Shifts a strip's narrow sums and adds them to the wide ones: the halves of a 32-bit lane belong to the lower and
     * the upper half of a block.
     */
    private static void widenPairs(MemorySegment workspace, int rows, int vector, int shift) {
        IntegerSumsVector.LOOPS.widenPairs(workspace, rows, vector * BYTES, BLOCKS * IntegerSums.WIDE_BYTES, shift);
    }
}
