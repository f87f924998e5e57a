package dev.spikelane.kernel.product.integer;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link IntegerMatmul} that counts: of each plane of weights, the bits that it shares with the spikes,
 * 64 inputs at a time, a lane an output. It prepares nothing, and takes the same time at any density. Two rows share
 * what they read.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class IntegerPlanesVector {

    /** Counts in registers: half of what there are with 512 bits. */
    private static final int COUNTS = 16;

    /** Bytes from the words of the even outputs of a block to those of the odd ones. */
    private static final int HALF = PackedIntegers.PLANE_BYTES / 2;

    private static final IntegerPlanesVector TERNARY_ROW = of(ElementType.TERNARY, 1);
    private static final IntegerPlanesVector TERNARY_ROWS = of(ElementType.TERNARY, 2);
    private static final IntegerPlanesVector INT4_ROW = of(ElementType.INT4, 1);
    private static final IntegerPlanesVector INT4_ROWS = of(ElementType.INT4, 2);

    private final int planes;
    private final int rows;
    /** Vectors of sums, half of them of even outputs. */
    private final int vectors;

    private IntegerPlanesVector(int planes, int rows, int vectors) {
        this.planes = planes;
        this.rows = rows;
        this.vectors = vectors;
    }

    private static IntegerPlanesVector of(ElementType type, int rows) {
        int planes = PackedIntegers.planes(type);
        int vectors = Math.min(COUNTS / planes / rows, PackedIntegers.PLANE_BYTES / BYTES);
        return Unrolled.of(MethodHandles.lookup(), new IntegerPlanesVector(planes, rows, vectors));
    }

    static void multiply(SpikeMatrix spikes, int rows, PackedIntegers weights, Tile current, MemorySegment workspace) {
        boolean ternary = weights.type() == ElementType.TERNARY;
        IntegerPlanesVector one = ternary ? TERNARY_ROW : INT4_ROW;
        IntegerPlanesVector two = ternary ? TERNARY_ROWS : INT4_ROWS;
        int most = Math.clamp(IntegerSums.ROOM / (current.endBlock() - current.firstBlock()), 1, IntegerSums.ROWS);
        int words = Math.ceilDiv(weights.inputs(), Long.SIZE);
        for (int row = 0; row < rows; row += most) {
            int some = Math.min(most, rows - row);
            int end;
            for (int first = current.firstBlock(); first < current.endBlock(); first = end) {
                end = Math.min(first + IntegerSums.ROOM / some, current.endBlock());
                for (int block = first; block < end; block++) {
                    int to = IntegerSums.WIDE + (block - first) * IntegerSums.WIDE_BYTES;
                    int stride = (end - first) * IntegerSums.WIDE_BYTES;
                    long from = weights.planesOffset(block);
                    int pairs = some / 2 * 2;
                    two.add(spikes, row, pairs, weights.planes(), from, words, workspace, to, stride);
                    one.add(
                            spikes,
                            row + pairs,
                            some - pairs,
                            weights.planes(),
                            from,
                            words,
                            workspace,
                            to + pairs * stride,
                            stride);
                }
                IntegerSumsVector.finishWide(workspace, end - first, row, some, weights, current, first, end);
            }
        }
    }

    private void add(
            SpikeMatrix spikes,
            int firstRow,
            int count,
            MemorySegment weights,
            long from,
            int words,
            MemorySegment workspace,
            int to,
            int stride) {
        for (int lanes = 0; count > 0 && lanes < HALF; lanes += vectors / 2 * BYTES) {
            count(
                    spikes.segment(),
                    spikes.rowOffset(firstRow),
                    spikes.stride() * Long.BYTES,
                    count,
                    weights,
                    from + lanes,
                    words,
                    workspace,
                    to + lanes,
                    stride);
        }
    }

    /** For some rows, sums of some vectors of even outputs and of their neighbors. */
    void count(
            MemorySegment spikes,
            long firstRow,
            int rowBytes,
            int count,
            MemorySegment weights,
            long from,
            int words,
            MemorySegment workspace,
            int to,
            int stride) {
        Checks.isNative(spikes);
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int row = 0; row < count; row += rows) {
            long at = firstRow + (long) row * rowBytes;
            LongVector[] counts = new LongVector[rows * vectors * planes];
            for (int i = 0; i < rows * vectors * planes; i = next(i)) {
                counts[i] = LongVector.zero(LONG);
            }
            for (int word = 0; word < words; word++) {
                LongVector[] fires = new LongVector[rows];
                for (int r = 0; r < rows; r = next(r)) {
                    fires[r] = LongVector.broadcast(
                            LONG, spikes.get(JAVA_LONG, at + r * rowBytes + (long) word * Long.BYTES));
                }
                MemorySegment own = weights.asSlice(
                        from + (long) word * planes * PackedIntegers.PLANE_BYTES,
                        (planes - 1) * PackedIntegers.PLANE_BYTES + HALF + vectors / 2 * BYTES);
                for (int i = 0; i < vectors * planes; i = next(i)) {
                    LongVector plane = LongVector.fromMemorySegment(
                            LONG,
                            own,
                            i / vectors * PackedIntegers.PLANE_BYTES
                                    + i % vectors / (vectors / 2) * HALF
                                    + i % (vectors / 2) * BYTES,
                            ORDER);
                    for (int r = 0; r < rows; r = next(r)) {
                        counts[r * vectors * planes + i] = counts[r * vectors * planes + i].add(
                                plane.and(fires[r]).lanewise(VectorOperators.BIT_COUNT));
                    }
                }
            }
            for (int i = 0; i < rows * vectors / 2; i = next(i)) {
                int r = i / (vectors / 2);
                int even = r * vectors * planes + i % (vectors / 2);
                LongVector low = counts[even + (planes - 1) * vectors].neg();
                LongVector high = counts[even + (planes - 1) * vectors + vectors / 2].neg();
                for (int p = 1; p < planes; p = next(p)) {
                    low = low.lanewise(VectorOperators.LSHL, 1).add(counts[even + (planes - 1 - p) * vectors]);
                    high = high.lanewise(VectorOperators.LSHL, 1)
                            .add(counts[even + (planes - 1 - p) * vectors + vectors / 2]);
                }
                low.and(0xffff_ffffL)
                        .or(high.lanewise(VectorOperators.LSHL, Integer.SIZE))
                        .intoMemorySegment(
                                workspace, to + (long) (row + r) * stride + i % (vectors / 2) * BYTES, ORDER);
            }
        }
    }
}
