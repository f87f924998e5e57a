package dev.spikelane.kernel.product.spike;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The variant of {@link SpikeMatmul} that multiplies by spikes as the numbers 0 and 1, for a few rows with many spikes.
 * Four rows share each loaded weight, and no address or branch depends on spikes.
 *
 * <p>Its bits are the canonical ones. A fused multiply-add by 1 is an addition. One by 0 adds a zero if the weight is
 * finite, which at most changes the sign of a zero sum. So a group's sum differs from the canonical one by the sign of
 * a zero at most, which changes only a current of -0. A current is -0 only if the bias is -0. A weight that is not
 * finite gives NaN. So this looks for a bias of -0 before and for NaN after, and {@link SpikeActiveVector} serves if it
 * finds one.
 *
 * <p>Eight sums and the sums of eight groups are in registers, so a CPU needs 32. The code is short and has few memory
 * accesses on purpose: with the four inputs of a group unrolled it is 4 to 7 % faster, but C2 boxes vectors after other
 * code of the JVM has deoptimized.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block and within factors are int on purpose
class SpikeDenseVector {

    private static final int STRIP = 2 * BYTES;

    /** Lowest bits of the last input's number in a group. */
    private static final int LAST_OF_GROUP = 3;

    private static final int SUMS = 2 * SpikeFactors.ROWS;

    private static final SpikeDenseVector LOOPS = Unrolled.of(MethodHandles.lookup(), new SpikeDenseVector());

    private SpikeDenseVector() {}

    /**
     * Multiplies. Blocks go upwards and downwards in turn, as in {@link SpikeActiveVector#active}.
     *
     * @return true if the currents have the canonical bits; otherwise the caller must overwrite them
     */
    static boolean multiply(
            SpikeMatrix spikes,
            PackedWeights weights,
            Tile current,
            PreparedSpikes prepared,
            ProductScratch workspace) {
        long outputs = (long) current.firstBlock() * PackedWeights.BLOCK_BYTES;
        int bytes = (current.endBlock() - current.firstBlock()) * PackedWeights.BLOCK_BYTES;
        if (BitsVector.haveMinusZero(weights.biasSegment(), outputs, 0, 1, bytes)) {
            return false;
        }
        MemorySegment factors = prepared.complete() ? prepared.panels : workspace.prepared.panels;
        FloatMatrix matrix = current.matrix();
        boolean sure = true;
        int most = SpikeFactors.mostRows(weights.paddedInputs());
        int endRow = prepared.first() + prepared.rows();
        for (int row = prepared.first(); row < endRow; row += most) {
            int end = Math.min(endRow, row + most);
            if (!prepared.complete()) {
                SpikeFactors.prepare(spikes, row, end - row, weights.paddedInputs(), factors);
            }
            workspace.down = !workspace.down;
            int first = current.firstBlock();
            for (int i = first; i < current.endBlock(); i++) {
                int block = workspace.down ? current.endBlock() - 1 - (i - first) : i;
                block(factors, row, end, weights, block, current);
            }
            long at = current.offset(row, first);
            sure &= !BitsVector.haveNan(matrix.segment(), at, matrix.rowOffset(1), end - row, bytes);
        }
        return sure;
    }

    private static void block(
            MemorySegment factors, int firstRow, int endRow, PackedWeights weights, int block, Tile tile) {
        FloatMatrix current = tile.matrix();
        long outputs = (long) block * PackedWeights.BLOCK_BYTES;
        long to = outputs - (long) tile.origin() * Float.BYTES;
        int used = Math.min(weights.outputs() - block * PackedWeights.BLOCK, PackedWeights.BLOCK) * Float.BYTES;
        for (int strip = 0; strip < PackedWeights.BLOCK_BYTES; strip += STRIP) {
            if (strip >= used) {
                SpikeActiveVector.clear(firstRow, endRow, current, to + strip);
                SpikeActiveVector.clear(firstRow, endRow, current, to + strip + BYTES);
                continue;
            }
            for (int row = firstRow; row < endRow; row += SpikeFactors.ROWS) {
                LOOPS.strip(
                        factors,
                        (row - firstRow) / SpikeFactors.ROWS * SpikeFactors.tileBytes(weights.paddedInputs()),
                        weights,
                        weights.blockOffset(block) + strip,
                        outputs + strip,
                        current,
                        row,
                        endRow - 1,
                        to + strip);
            }
        }
    }

    /** Computes four rows; rows after the last one repeat it. */
    void strip(
            MemorySegment factors,
            long tile,
            PackedWeights weights,
            long inputs,
            long outputs,
            FloatMatrix current,
            int row,
            int last,
            long toColumn) {
        MemorySegment weight = weights.segment();
        MemorySegment to = current.segment();
        MemorySegment bias = weights.biasSegment();
        Checks.isNative(factors);
        Checks.isNative(weight);
        Checks.isNative(to);
        Checks.isNative(bias);
        MemorySegment start = bias.asSlice(outputs, STRIP);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector[] sum = new FloatVector[SUMS];
        FloatVector[] group = new FloatVector[SUMS];
        sum[0] = FloatVector.fromMemorySegment(FLOAT, start, 0, ORDER);
        sum[1] = FloatVector.fromMemorySegment(FLOAT, start, BYTES, ORDER);
        for (int i = 0; i < SUMS; i = next(i)) {
            sum[i] = sum[i % 2];
            group[i] = zero;
        }
        int count = weights.paddedInputs();
        for (int input = 0; input < count; input++) {
            MemorySegment pair = weight.asSlice(inputs + (long) input * PackedWeights.BLOCK_BYTES, STRIP);
            MemorySegment four =
                    factors.asSlice(tile + (long) input * SpikeFactors.INPUT_BYTES, SpikeFactors.INPUT_BYTES);
            FloatVector weight0 = FloatVector.fromMemorySegment(FLOAT, pair, 0, ORDER);
            FloatVector weight1 = FloatVector.fromMemorySegment(FLOAT, pair, BYTES, ORDER);
            for (int r = 0; r < SpikeFactors.ROWS; r = next(r)) {
                FloatVector factor = FloatVector.broadcast(FLOAT, four.get(JAVA_FLOAT_UNALIGNED, r * Float.BYTES));
                group[2 * r] = weight0.fma(factor, group[2 * r]);
                group[2 * r + 1] = weight1.fma(factor, group[2 * r + 1]);
            }
            if ((input & LAST_OF_GROUP) == LAST_OF_GROUP) {
                requireClass(sum, VECTOR);
                for (int i = 0; i < SUMS; i = next(i)) {
                    sum[i] = sum[i].add(group[i]);
                    group[i] = zero;
                }
            }
        }
        requireClass(sum, VECTOR);
        for (int i = 0; i < SUMS; i = next(i)) {
            long at = current.rowOffset(Math.min(row + i / 2, last)) + toColumn;
            sum[i].intoMemorySegment(to, at + i % 2 * BYTES, ORDER);
        }
    }
}
