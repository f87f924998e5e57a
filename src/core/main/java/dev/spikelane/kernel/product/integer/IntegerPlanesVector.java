package dev.spikelane.kernel.product.integer;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.IntLanes.VECTOR;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link IntegerMatmul} that counts the bits that each plane of weights shares with the spikes, 32
 * inputs at a time, one output a lane. It prepares nothing, and takes the same time at any density. Two rows share the
 * planes that are read. A separate method converts counts to sums: both together have more operations than C2 compiles
 * without boxes.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class IntegerPlanesVector {

    /** Counts in registers; C2 has boxed more. */
    private static final int COUNTS = 8;

    /** Rows whose counts fit the memory of the tables. */
    private static final int ROWS = IntegerSums.TABLES_BYTES / IntegerSums.WIDE_BYTES / PackedIntegers.MOST_PLANES;

    private static final IntegerPlanesVector TERNARY_ROW = of(ElementType.TERNARY, 1);
    private static final IntegerPlanesVector TERNARY_ROWS = of(ElementType.TERNARY, 2);
    private static final IntegerPlanesVector INT4_ROW = of(ElementType.INT4, 1);
    private static final IntegerPlanesVector INT4_ROWS = of(ElementType.INT4, 2);

    private final int planes;
    private final int rows;
    private final int vectors;

    private IntegerPlanesVector(int planes, int rows, int vectors) {
        this.planes = planes;
        this.rows = rows;
        this.vectors = vectors;
    }

    private static IntegerPlanesVector of(ElementType type, int rows) {
        int planes = PackedIntegers.planes(type);
        return Unrolled.of(MethodHandles.lookup(), new IntegerPlanesVector(planes, rows, COUNTS / planes / rows));
    }

    static void multiply(SpikeMatrix spikes, int rows, PackedIntegers weights, Tile current, MemorySegment workspace) {
        boolean ternary = weights.type() == ElementType.TERNARY;
        IntegerPlanesVector one = ternary ? TERNARY_ROW : INT4_ROW;
        IntegerPlanesVector two = ternary ? TERNARY_ROWS : INT4_ROWS;
        for (int row = 0; row < rows; row += ROWS) {
            int some = Math.min(ROWS, rows - row);
            int end;
            for (int first = current.firstBlock(); first < current.endBlock(); first = end) {
                end = Math.min(first + IntegerSums.ROOM / ROWS, current.endBlock());
                for (int block = first; block < end; block++) {
                    two.count(spikes, row, 0, some / 2 * 2, weights, block, workspace);
                    one.count(spikes, row, some / 2 * 2, some, weights, block, workspace);
                    int to = IntegerSums.WIDE + (block - first) * IntegerSums.WIDE_BYTES;
                    one.weigh(workspace, some, to, (end - first) * IntegerSums.WIDE_BYTES);
                }
                IntegerSumsVector.finishWide(workspace, end - first, row, some, weights, current, first, end);
            }
        }
    }

    /**
     * Counts for some rows.
     *
     * @param from the first row to count, from {@code firstRow}
     * @param end the row after the last one
     */
    private void count(
            SpikeMatrix spikes,
            int firstRow,
            int from,
            int end,
            PackedIntegers weights,
            int block,
            MemorySegment workspace) {
        int words = Math.ceilDiv(weights.inputs(), Integer.SIZE);
        for (int lanes = 0; from < end && lanes < IntegerSums.WIDE_BYTES; lanes += vectors * BYTES) {
            for (int row = from; row < end; row += rows) {
                count(
                        spikes.segment(),
                        spikes.rowOffset(firstRow + row),
                        spikes.stride() * Long.BYTES,
                        weights.planes(),
                        weights.planesOffset(block) + lanes,
                        words,
                        workspace,
                        row * planes * IntegerSums.WIDE_BYTES + lanes);
            }
        }
    }

    /** The hot loop: counts some vectors of outputs in each plane, for one row or two. */
    void count(
            MemorySegment spikes,
            long row,
            int rowBytes,
            MemorySegment weights,
            long from,
            int words,
            MemorySegment workspace,
            int to) {
        Checks.isNative(spikes);
        Checks.isNative(weights);
        Checks.isNative(workspace);
        IntVector[] counts = new IntVector[rows * vectors * planes];
        for (int i = 0; i < rows * vectors * planes; i = next(i)) {
            counts[i] = IntVector.zero(INT);
        }
        for (int word = 0; word < words; word++) {
            IntVector[] fires = new IntVector[rows];
            for (int r = 0; r < rows; r = next(r)) {
                fires[r] = IntVector.broadcast(
                        INT, spikes.get(JAVA_INT, row + r * rowBytes + (long) word * Integer.BYTES));
            }
            MemorySegment wordPlanes = weights.asSlice(
                    from + (long) word * planes * PackedIntegers.PLANE_BYTES,
                    (planes - 1) * PackedIntegers.PLANE_BYTES + vectors * BYTES);
            for (int i = 0; i < vectors * planes; i = next(i)) {
                IntVector plane = IntVector.fromMemorySegment(
                        INT, wordPlanes, i / vectors * PackedIntegers.PLANE_BYTES + i % vectors * BYTES, ORDER);
                for (int r = 0; r < rows; r = next(r)) {
                    counts[r * vectors * planes + i] = plane.and(fires[r])
                            .lanewise(VectorOperators.BIT_COUNT)
                            .add(counts[r * vectors * planes + i]);
                }
            }
        }
        requireClass(counts, VECTOR);
        for (int i = 0; i < rows * vectors * planes; i = next(i)) {
            counts[i].intoMemorySegment(
                    workspace, to + i / vectors * IntegerSums.WIDE_BYTES + i % vectors * (long) BYTES, ORDER);
        }
    }

    /** Converts counts to sums: each bit counts twice as much as the one below, and the sign bit is negative. */
    void weigh(MemorySegment workspace, int count, int to, int stride) {
        Checks.isNative(workspace);
        for (int row = 0; row < count; row++) {
            for (int lanes = 0; lanes < IntegerSums.WIDE_BYTES; lanes += BYTES) {
                long from = (long) row * planes * IntegerSums.WIDE_BYTES + lanes;
                IntVector sum = IntVector.fromMemorySegment(
                                INT, workspace, from + (planes - 1) * IntegerSums.WIDE_BYTES, ORDER)
                        .neg();
                for (int p = 1; p < planes; p = next(p)) {
                    sum = sum.lanewise(VectorOperators.LSHL, 1)
                            .add(IntVector.fromMemorySegment(
                                    INT, workspace, from + (planes - 1 - p) * IntegerSums.WIDE_BYTES, ORDER));
                }
                sum.intoMemorySegment(workspace, to + (long) row * stride + lanes, ORDER);
            }
        }
    }
}
