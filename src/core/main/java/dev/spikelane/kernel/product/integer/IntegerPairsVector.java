package dev.spikelane.kernel.product.integer;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.SHORT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The tables of {@link IntegerTablesVector} for weights with few bits, for 32 inputs at a time. A 16-bit lane is a pair
 * of weights as stored. The lower half of a lane is unsigned, and is split off before it overflows. Sums start at minus
 * the offsets of the lower halves, one for each spike.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class IntegerPairsVector {

    /** Blocks whose sums are made together: two vectors of pairs, or one block. */
    private static final int BLOCKS = Math.max(1, 2 * BYTES / PackedIntegers.BLOCK);

    private static final int ENTRY_BYTES = BLOCKS * PackedIntegers.BLOCK;

    /** Groups of four inputs whose spikes are read together. */
    private static final int GROUPS = Integer.SIZE / 4;

    private static final int INPUTS = Integer.SIZE;

    /** Panels whose spikes are in the workspace at a time. */
    private static final int PANELS = IntegerSums.PANELS / 2;

    /** Offset of the start of each row's sums, in place of 32-bit sums. */
    private static final int COUNTS = IntegerSums.WIDE;

    private static final int ENTRY_SHIFT = Integer.numberOfTrailingZeros(ENTRY_BYTES);
    private static final int ENTRY_MASK = (IntegerSums.ENTRIES - 1) * ENTRY_BYTES;
    private static final int TABLE_BYTES = IntegerSums.ENTRIES * ENTRY_BYTES;
    private static final int VECTORS = ENTRY_BYTES / BYTES;
    private static final int IN_BLOCK = PackedIntegers.BLOCK / BYTES;

    private static final int ROW_BYTES = BLOCKS * IntegerSums.NARROW_BYTES;

    /** Bytes from the sums of the lower halves of a block to the sums of the upper halves. */
    private static final int HALF = IntegerSums.NARROW_BYTES / 2;

    private static final IntegerPairsVector TERNARY = of(ElementType.TERNARY);
    private static final IntegerPairsVector INT4 = of(ElementType.INT4);

    /** Groups whose pairs are added before they are split. */
    private final int added;

    private IntegerPairsVector(int added) {
        this.added = added;
    }

    private static IntegerPairsVector of(ElementType type) {
        int greatest = 4 * (type.greatest() - type.least());
        return Unrolled.of(
                MethodHandles.lookup(),
                new IntegerPairsVector(Integer.highestOneBit(Math.min(GROUPS, 255 / greatest))));
    }

    /** Returns true if pairs fit 8 bits, and sums 16. */
    static boolean serves(ElementType type, int inputs) {
        return PackedIntegers.planes(type) > 0 && inputs <= Short.MAX_VALUE / -type.least();
    }

    static void multiply(SpikeMatrix spikes, int rows, PackedIntegers weights, Tile current, MemorySegment workspace) {
        IntegerPairsVector loops = weights.type() == ElementType.TERNARY ? TERNARY : INT4;
        int panels = Math.ceilDiv(weights.inputs(), INPUTS);
        for (int row = 0; row < rows; row += IntegerSums.ROWS) {
            int some = Math.min(rows - row, IntegerSums.ROWS);
            for (int i = 0; i < some; i++) {
                long active = spikes.count(row + i, 1);
                workspace.set(JAVA_SHORT, COUNTS + (long) i * Short.BYTES, (short) (-active * weights.offset()));
            }
            int end;
            for (int block = current.firstBlock(); block < current.endBlock(); block = end) {
                end = Math.min(block / BLOCKS * BLOCKS + BLOCKS, current.endBlock());
                loops.begin(workspace, some);
                for (int from = 0; from < panels; from += PANELS) {
                    int to = Math.min(panels, from + PANELS);
                    if (block == current.firstBlock() || panels > PANELS) {
                        IntegerSums.takeSpikes(spikes, row, some, Integer.BYTES, from, to, workspace);
                    }
                    for (int panel = from; panel < to; panel++) {
                        long items = weights.blockOffset(block) + (long) panel * INPUTS * weights.inputBytes(block);
                        loops.makeTables(weights.segment(), items, weights.inputBytes(block), workspace);
                        loops.addPanel(
                                workspace,
                                IntegerSums.SPIKES + (panel - from) * IntegerSums.ROWS * Integer.BYTES,
                                some);
                    }
                }
                IntegerSumsVector.finishNarrow(workspace, BLOCKS, row, some, weights, current, block, end);
            }
        }
    }

    /** Starts the sums of a block. */
    void begin(MemorySegment workspace, int rows) {
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            MemorySegment sums = workspace.asSlice(IntegerSums.NARROW + (long) row * ROW_BYTES, ROW_BYTES);
            ShortVector low =
                    ShortVector.broadcast(SHORT, workspace.get(JAVA_SHORT, COUNTS + (long) row * Short.BYTES));
            for (int v = 0; v < VECTORS; v = next(v)) {
                low.intoMemorySegment(sums, v / IN_BLOCK * IntegerSums.NARROW_BYTES + v % IN_BLOCK * BYTES, ORDER);
                ShortVector.zero(SHORT)
                        .intoMemorySegment(
                                sums, v / IN_BLOCK * IntegerSums.NARROW_BYTES + v % IN_BLOCK * BYTES + HALF, ORDER);
            }
        }
    }

    /** Makes the tables of 32 inputs, as {@link IntegerTablesVector#makeTables} does. */
    void makeTables(MemorySegment weights, long from, int inputBytes, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int i = 0; i < GROUPS * VECTORS; i++) {
            int group = i / VECTORS;
            int lanes = i % VECTORS * BYTES;
            long at = from + (long) group * 4 * inputBytes + lanes;
            MemorySegment table =
                    workspace.asSlice((long) group * TABLE_BYTES + lanes, TABLE_BYTES - ENTRY_BYTES + BYTES);
            ShortVector[] entries = new ShortVector[IntegerSums.ENTRIES];
            for (int input = 0; input < 4; input = next(input)) {
                ShortVector item = ShortVector.fromMemorySegment(SHORT, weights, at + (long) input * inputBytes, ORDER);
                entries[1 << input] = item;
                for (int n = 1; n < 1 << input; n = next(n)) {
                    entries[n + (1 << input)] = entries[n].add(item);
                }
            }
            ShortVector.zero(SHORT).intoMemorySegment(table, 0, ORDER);
            for (int n = 1; n < IntegerSums.ENTRIES; n = next(n)) {
                entries[n].intoMemorySegment(table, n * ENTRY_BYTES, ORDER);
            }
        }
    }

    /** The hot loop: adds one entry of each table for each row. */
    void addPanel(MemorySegment workspace, int spikes, int rows) {
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            int bits = workspace.get(JAVA_INT, spikes + (long) row * Integer.BYTES);
            // A constant length shows C2 that no load is outside the tables.
            MemorySegment tables = workspace.asSlice(0, GROUPS * TABLE_BYTES);
            MemorySegment sums = workspace.asSlice(IntegerSums.NARROW + (long) row * ROW_BYTES, ROW_BYTES);
            ShortVector[] low = new ShortVector[VECTORS];
            ShortVector[] high = new ShortVector[VECTORS];
            for (int v = 0; v < VECTORS; v = next(v)) {
                low[v] = ShortVector.fromMemorySegment(
                        SHORT, sums, v / IN_BLOCK * IntegerSums.NARROW_BYTES + v % IN_BLOCK * BYTES, ORDER);
                high[v] = ShortVector.fromMemorySegment(
                        SHORT, sums, v / IN_BLOCK * IntegerSums.NARROW_BYTES + v % IN_BLOCK * BYTES + HALF, ORDER);
            }
            for (int i = 0; i < GROUPS / added; i = next(i)) {
                ShortVector[] pairs = new ShortVector[VECTORS];
                for (int v = 0; v < VECTORS; v = next(v)) {
                    pairs[v] = ShortVector.fromMemorySegment(
                            SHORT,
                            tables,
                            i * added * TABLE_BYTES
                                    + (Integer.rotateRight(bits, i * added * 4 - ENTRY_SHIFT) & ENTRY_MASK)
                                    + v * BYTES,
                            ORDER);
                }
                for (int g = 1; g < added; g = next(g)) {
                    int entry = (i * added + g) * TABLE_BYTES
                            + (Integer.rotateRight(bits, (i * added + g) * 4 - ENTRY_SHIFT) & ENTRY_MASK);
                    for (int v = 0; v < VECTORS; v = next(v)) {
                        pairs[v] = pairs[v].add(ShortVector.fromMemorySegment(SHORT, tables, entry + v * BYTES, ORDER));
                    }
                }
                for (int v = 0; v < VECTORS; v = next(v)) {
                    low[v] = low[v].add(pairs[v].lanewise(VectorOperators.AND, (short) 0xff));
                    high[v] = high[v].add(pairs[v].lanewise(VectorOperators.ASHR, Byte.SIZE));
                }
            }
            for (int v = 0; v < VECTORS; v = next(v)) {
                low[v].intoMemorySegment(sums, v / IN_BLOCK * IntegerSums.NARROW_BYTES + v % IN_BLOCK * BYTES, ORDER);
                high[v].intoMemorySegment(
                        sums, v / IN_BLOCK * IntegerSums.NARROW_BYTES + v % IN_BLOCK * BYTES + HALF, ORDER);
            }
        }
    }
}
