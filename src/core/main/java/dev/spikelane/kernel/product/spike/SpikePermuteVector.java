package dev.spikelane.kernel.product.spike;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link SpikeMatmul} for many rows with many spikes, if a vector has 16 floats. One vector is the table
 * of the partial sums of one output's weights from four inputs. The spikes of 16 rows, one a lane, select from it by
 * one permutation.
 *
 * <p>Tables are read in order, and a table read once serves four vectors of rows, so permutations and additions limit
 * the loop, not the L2 cache. No address depends on spikes, so C2 hoists all range checks out of the loop.
 *
 * <p>Tables are made for 16 outputs at a time; tables and sums, {@code [64 x rows]}, stay in the L2 cache. At the end
 * the sums of a block are transposed into the currents.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class SpikePermuteVector {

    /** Inputs in one lane of a vector of spikes. */
    private static final int WORD = Integer.SIZE;

    private static final int GROUPS = WORD / 4;

    /** Outputs whose tables are made together. */
    static final int OUTPUTS = 16;

    /** Most inputs: their tables fill 1 MB of the workspace. */
    static final int MOST_INPUTS = 4_096;

    /** Most rows at a time. */
    private static final int ROWS = 1_024;

    private static final int TABLES_BYTES = OUTPUTS * 64;
    private static final int SPIKES = MOST_INPUTS / 4 * TABLES_BYTES;
    private static final int SPIKES_BYTES = 128 << 10;
    private static final int SUMS = SPIKES + SPIKES_BYTES;
    /**
     * Bytes from one output's sums to the next: one cache line more than the rows need, so that they do not share a set
     * of the L1 cache.
     */
    private static final int SUMS_STRIDE = ROWS * Float.BYTES + 64;

    private static final int SQUARE = SUMS + PackedWeights.BLOCK * SUMS_STRIDE;
    private static final int SQUARE_BYTES = 16 * 64;

    /** Squares of 16 outputs in a block. */
    private static final int SQUARES = PackedWeights.BLOCK / OUTPUTS;

    /** Bytes of the workspace: tables, spikes of some rows, their sums, and squares to transpose in. */
    static final int WORKSPACE_BYTES = SQUARE + (1 + SQUARES) * SQUARE_BYTES;

    /** Masks of the table entries whose bit 0, 1, 2 or 3 is set. */
    private static final VectorMask<Float> BIT_0 = VectorMask.fromLong(FLOAT, 0xAAAA);

    private static final VectorMask<Float> BIT_1 = VectorMask.fromLong(FLOAT, 0xCCCC);
    private static final VectorMask<Float> BIT_2 = VectorMask.fromLong(FLOAT, 0xF0F0);
    private static final VectorMask<Float> BIT_3 = VectorMask.fromLong(FLOAT, 0xFF00);

    private static final IntVector ZIP_LOW = zip(0);
    private static final IntVector ZIP_HIGH = zip(COUNT / 2);

    private static final Class<?> INTS = ZIP_LOW.getClass();

    private static final SpikePermuteVector FOUR = Unrolled.of(MethodHandles.lookup(), new SpikePermuteVector(4));
    private static final SpikePermuteVector ONE = Unrolled.of(MethodHandles.lookup(), new SpikePermuteVector(1));

    private final int vectors;

    private SpikePermuteVector(int vectors) {
        this.vectors = vectors;
    }

    static void permute(
            SpikeMatrix spikes, int firstRow, int rows, PackedWeights weights, Tile current, MemorySegment workspace) {
        int words = Math.ceilDiv(weights.inputs(), WORD);
        int most = Math.min(ROWS, SPIKES_BYTES / (words * 64) * COUNT);
        for (int row = firstRow; row < firstRow + rows; row += most) {
            int some = Math.min(most, firstRow + rows - row);
            loadSpikes(spikes, row, some, words, workspace);
            for (int block = current.firstBlock(); block < current.endBlock(); block++) {
                int output = block * PackedWeights.BLOCK;
                for (int column = 0; column < PackedWeights.BLOCK; column += OUTPUTS) {
                    sum(weights, output + column, some, words, workspace);
                }
                store(workspace, current.matrix(), row, some, output - current.origin());
            }
        }
    }

    /** Gathers the spikes of 16 rows: {@code [rows / 16][words][16]} ints. */
    private static void loadSpikes(SpikeMatrix spikes, int first, int rows, int words, MemorySegment workspace) {
        MemorySegment from = spikes.segment();
        Checks.isNative(from);
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            long spikeRow = spikes.rowOffset(first + row);
            int to = SPIKES + row / COUNT * words * 64 + row % COUNT * Integer.BYTES;
            for (int word = 0; word < words; word++) {
                long bits = from.get(JAVA_LONG, spikeRow + (word >> 1) * Long.BYTES);
                workspace.set(JAVA_INT, to + word * 64, (int) (bits >>> (word & 1) * WORD));
            }
        }
    }

    /** Computes the sums of 16 outputs for all rows; zero for the padding of the last block. */
    private static void sum(PackedWeights weights, int output, int rows, int words, MemorySegment workspace) {
        int groups = output < weights.outputs() ? weights.paddedInputs() / 4 : 0;
        int vectors = Math.ceilDiv(rows, COUNT);
        int column = output % PackedWeights.BLOCK;
        long inputs = weights.blockOffset(output / PackedWeights.BLOCK) + (long) column * Float.BYTES;
        makeTables(weights.segment(), inputs, groups, workspace);
        for (int first = 0; first < OUTPUTS; first += 4) {
            long bias = (long) (output + first) * Float.BYTES;
            int vector = 0;
            for (; vector + 4 <= vectors; vector += 4) {
                FOUR.sum(weights.biasSegment(), bias, workspace, column + first, vector, words, groups);
            }
            for (; vector < vectors; vector++) {
                ONE.sum(weights.biasSegment(), bias, workspace, column + first, vector, words, groups);
            }
        }
    }

    /**
     * Makes tables {@code [group][output][16]}: entry {@code n} is the sum, in ascending order, of the weights whose
     * bits are set in {@code n}.
     */
    private static void makeTables(MemorySegment weights, long inputs, int groups, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f); // the identity of addition
        for (int group = 0; group < groups; group++) {
            long from = inputs + (long) group * 4 * PackedWeights.BLOCK_BYTES;
            IntVector w0 = IntVector.fromMemorySegment(INT, weights, from, ORDER);
            IntVector w1 = IntVector.fromMemorySegment(INT, weights, from + PackedWeights.BLOCK_BYTES, ORDER);
            IntVector w2 = IntVector.fromMemorySegment(INT, weights, from + 2 * PackedWeights.BLOCK_BYTES, ORDER);
            IntVector w3 = IntVector.fromMemorySegment(INT, weights, from + 3 * PackedWeights.BLOCK_BYTES, ORDER);
            IntVector lane = IntVector.zero(INT);
            for (int column = 0; column < OUTPUTS; column++) {
                none.blend(lane.selectFrom(w0).reinterpretAsFloats(), BIT_0)
                        .add(lane.selectFrom(w1).reinterpretAsFloats(), BIT_1)
                        .add(lane.selectFrom(w2).reinterpretAsFloats(), BIT_2)
                        .add(lane.selectFrom(w3).reinterpretAsFloats(), BIT_3)
                        .intoMemorySegment(workspace, group * TABLES_BYTES + column * 64, ORDER);
                lane = lane.add(1);
            }
        }
    }

    /**
     * The hot loop: four outputs for 64 rows, or for the last 16. The class of all vectors is checked in it: after an
     * application's own vector code, C2 sees more deoptimizations in inlined methods than it tolerates.
     */
    void sum(MemorySegment biases, long bias, MemorySegment workspace, int column, int vector, int words, int groups) {
        Checks.isNative(biases);
        Checks.isNative(workspace);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        IntVector[] row = new IntVector[vectors];
        FloatVector[] s = new FloatVector[4 * vectors];
        for (int i = 0; i < 4 * vectors; i = next(i)) {
            s[i] = i % vectors == 0
                    ? FloatVector.broadcast(FLOAT, biases.get(JAVA_FLOAT, bias + i / vectors * 4))
                    : s[i - 1];
        }
        int stride = words * 64;
        int spikes = SPIKES + vector * stride;
        int tables = column % OUTPUTS * 64;
        for (int group = 0; group < groups; group += GROUPS, spikes += 64) {
            for (int r = 0; r < vectors; r = next(r)) {
                row[r] = IntVector.fromMemorySegment(INT, workspace, spikes + r * stride, ORDER);
            }
            int end = Math.min(groups, group + GROUPS);
            for (int g = group; g < end; g++) {
                int at = tables + g * TABLES_BYTES;
                requireClass(s, VECTOR);
                requireClass(row, INTS);
                for (int i = 0; i < 4; i = next(i)) {
                    IntVector table = IntVector.fromMemorySegment(INT, workspace, at + 64 * i, ORDER);
                    for (int r = 0; r < vectors; r = next(r)) {
                        FloatVector entry = row[r].selectFrom(table).reinterpretAsFloats();
                        int sum = i * vectors + r;
                        s[sum] = r < 2 ? s[sum].add(entry) : entry.fma(one, s[sum]);
                    }
                }
                for (int r = 0; r < vectors; r = next(r)) {
                    row[r] = row[r].lanewise(VectorOperators.LSHR, 4);
                }
            }
        }
        requireClass(s, VECTOR);
        int sums = SUMS + column * SUMS_STRIDE + vector * BYTES;
        for (int i = 0; i < 4 * vectors; i = next(i)) {
            s[i].intoMemorySegment(workspace, sums + i / vectors * SUMS_STRIDE + i % vectors * BYTES, ORDER);
        }
    }

    /**
     * Transposes the sums of a block of outputs into rows of the currents, whole rows of a block at a time, which
     * memory writes faster.
     */
    private static void store(MemorySegment workspace, FloatMatrix current, int firstRow, int rows, int column) {
        MemorySegment to = current.segment();
        Checks.isNative(workspace);
        Checks.isNative(to);
        for (int row = 0; row < rows; row += COUNT) {
            for (int square = 1; square <= SQUARES; square++) {
                int sums = SUMS + (square - 1) * OUTPUTS * SUMS_STRIDE + row * Float.BYTES;
                zipTwice(workspace, sums, SUMS_STRIDE, SQUARE);
                zipTwice(workspace, SQUARE, 64, SQUARE + square * SQUARE_BYTES);
            }
            int some = Math.min(COUNT, rows - row);
            for (int i = 0; i < some; i++) {
                int from = SQUARE + SQUARE_BYTES + i * 64;
                long at = current.rowOffset(firstRow + row + i) + (long) column * Float.BYTES;
                for (int square = 0; square < SQUARES; square++) {
                    FloatVector.fromMemorySegment(FLOAT, workspace, from + square * SQUARE_BYTES, ORDER)
                            .intoMemorySegment(to, at + square * 64L, ORDER);
                }
            }
        }
    }

    /**
     * Does two of the four passes that transpose 16 vectors of 16 lanes; a pass interleaves vectors {@code i} and
     * {@code i + 8}.
     */
    private static void zipTwice(MemorySegment workspace, int from, int stride, int to) {
        Checks.isNative(workspace);
        for (int i = 0; i < 4; i++) {
            int at = from + i * stride;
            IntVector a = IntVector.fromMemorySegment(INT, workspace, at, ORDER);
            IntVector b = IntVector.fromMemorySegment(INT, workspace, at + 4 * stride, ORDER);
            IntVector c = IntVector.fromMemorySegment(INT, workspace, at + 8 * stride, ORDER);
            IntVector d = IntVector.fromMemorySegment(INT, workspace, at + 12 * stride, ORDER);
            IntVector ac = ZIP_LOW.selectFrom(a, c);
            IntVector ca = ZIP_HIGH.selectFrom(a, c);
            IntVector bd = ZIP_LOW.selectFrom(b, d);
            IntVector db = ZIP_HIGH.selectFrom(b, d);
            ZIP_LOW.selectFrom(ac, bd).intoMemorySegment(workspace, to + i * 256, ORDER);
            ZIP_HIGH.selectFrom(ac, bd).intoMemorySegment(workspace, to + i * 256 + 64, ORDER);
            ZIP_LOW.selectFrom(ca, db).intoMemorySegment(workspace, to + i * 256 + 128, ORDER);
            ZIP_HIGH.selectFrom(ca, db).intoMemorySegment(workspace, to + i * 256 + 192, ORDER);
        }
    }

    private static IntVector zip(int first) {
        int[] lanes = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            lanes[i] = first + i / 2 + i % 2 * COUNT;
        }
        return IntVector.fromArray(INT, lanes, 0);
    }
}
