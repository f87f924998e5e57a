package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTE;
import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.INT;
import static dev.spikelane.kernel.base.Lanes.SHORT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link IntegerMatmul} that visits active inputs, four vectors of 16-bit lanes wide. A vector's number counts from the
 * first of block 0; with vectors of 512 bits the four are two blocks, the last perhaps one block twice.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class IntegerMatmulVector {

    /** Vectors of 16-bit lanes in a block. */
    static final int VECTORS = PackedIntegers.BLOCK * Short.BYTES / BYTES;

    /** Vectors that are computed together. */
    static final int STRIP = 4;

    /** Whether the four stand side by side. */
    private static final boolean ONE_BLOCK = VECTORS >= STRIP;

    /** Bytes from the first two of 16-bit lanes to the other two, in their part of the weights. */
    private static final int SECOND = ONE_BLOCK ? 2 * BYTES : 0;

    /** Weights of 8 bits that can be added in 16: 256 * -128 and 256 * 127 fit. */
    private static final int ADDED = 256;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfInt LIST = ValueLayout.JAVA_INT_UNALIGNED; // a check less

    private IntegerMatmulVector() {}

    /** Computes listed rows. */
    static void active(MemorySegment workspace, int firstRow, int rows, PackedIntegers weights, Tile current) {
        int most = ActiveInputs.most(workspace, rows);
        int end = current.endBlock() * VECTORS;
        for (int vector = current.firstBlock() * VECTORS; vector < end; vector += STRIP) {
            if (weights.type() == ElementType.INT16) {
                addShorts(workspace, rows, weights, current, vector);
                IntegerSumsVector.separate(workspace, rows);
                IntegerSumsVector.finishWide(workspace, firstRow, rows, weights, current, vector);
            } else if (most <= ADDED) {
                addBytes(workspace, 0, rows, weights, current, vector);
                IntegerSumsVector.finishNarrow(workspace, firstRow, rows, weights, current, vector);
            } else {
                IntegerSumsVector.clearWide(workspace, rows);
                for (int skipped = 0; skipped < most; skipped += ADDED) {
                    addBytes(workspace, skipped, rows, weights, current, vector);
                    IntegerSumsVector.widen(workspace, rows, 0);
                }
                IntegerSumsVector.finishWide(workspace, firstRow, rows, weights, current, vector);
            }
        }
    }

    /** For each row, the sums of so many active inputs as 16 bits hold, behind some that are skipped. */
    private static void addBytes(
            MemorySegment workspace, int skipped, int rows, PackedIntegers weights, Tile current, int vector) {
        MemorySegment segment = weights.segment();
        Checks.isNative(workspace);
        Checks.isNative(segment);
        long near = base(weights, current, vector);
        long far = base(weights, current, vector + 2);
        for (int row = 0; row < rows; row++) {
            int start = workspace.get(LIST, IntegerSums.LISTS + (long) row * Integer.BYTES);
            int behind = workspace.get(LIST, IntegerSums.LISTS + (long) row * Integer.BYTES + Integer.BYTES);
            int end = Math.min(behind, start + (skipped + ADDED) * Integer.BYTES);
            ShortVector sum0 = ShortVector.zero(SHORT);
            ShortVector sum1 = ShortVector.zero(SHORT);
            ShortVector sum2 = ShortVector.zero(SHORT);
            ShortVector sum3 = ShortVector.zero(SHORT);
            for (int at = start + skipped * Integer.BYTES; at < end; at += Integer.BYTES) {
                long input = workspace.get(LIST, at);
                MemorySegment first = segment.asSlice(near + input, ONE_BLOCK ? 2 * BYTES : BYTES);
                MemorySegment second = ONE_BLOCK ? first : segment.asSlice(far + input, BYTES);
                sum0 = sum0.add((ShortVector) ByteVector.fromMemorySegment(BYTE, first, 0, ORDER)
                        .convertShape(VectorOperators.B2S, SHORT, 0));
                sum1 = sum1.add((ShortVector) ByteVector.fromMemorySegment(BYTE, first, BYTES / 2, ORDER)
                        .convertShape(VectorOperators.B2S, SHORT, 0));
                sum2 = sum2.add((ShortVector) ByteVector.fromMemorySegment(BYTE, second, SECOND / 2, ORDER)
                        .convertShape(VectorOperators.B2S, SHORT, 0));
                sum3 = sum3.add((ShortVector) ByteVector.fromMemorySegment(BYTE, second, SECOND / 2 + BYTES / 2, ORDER)
                        .convertShape(VectorOperators.B2S, SHORT, 0));
            }
            long to = IntegerSums.NARROW + (long) row * STRIP * BYTES;
            sum0.intoMemorySegment(workspace, to, ORDER);
            sum1.intoMemorySegment(workspace, to + BYTES, ORDER);
            sum2.intoMemorySegment(workspace, to + 2 * BYTES, ORDER);
            sum3.intoMemorySegment(workspace, to + 3 * BYTES, ORDER);
        }
    }

    /** For each row, the sums of whole 32-bit lanes beside those of their upper halves. */
    private static void addShorts(MemorySegment workspace, int rows, PackedIntegers weights, Tile current, int vector) {
        MemorySegment segment = weights.segment();
        Checks.isNative(workspace);
        Checks.isNative(segment);
        long near = base(weights, current, vector);
        long far = base(weights, current, vector + 2);
        for (int row = 0; row < rows; row++) {
            int start = workspace.get(LIST, IntegerSums.LISTS + (long) row * Integer.BYTES);
            int end = workspace.get(LIST, IntegerSums.LISTS + (long) row * Integer.BYTES + Integer.BYTES);
            IntVector both0 = IntVector.zero(INT);
            IntVector both1 = IntVector.zero(INT);
            IntVector both2 = IntVector.zero(INT);
            IntVector both3 = IntVector.zero(INT);
            IntVector high0 = IntVector.zero(INT);
            IntVector high1 = IntVector.zero(INT);
            IntVector high2 = IntVector.zero(INT);
            IntVector high3 = IntVector.zero(INT);
            for (int at = start; at < end; at += Integer.BYTES) {
                long input = workspace.get(LIST, at);
                MemorySegment first = segment.asSlice(near + input, ONE_BLOCK ? 4 * BYTES : 2 * BYTES);
                MemorySegment second = ONE_BLOCK ? first : segment.asSlice(far + input, 2 * BYTES);
                IntVector pair0 = IntVector.fromMemorySegment(INT, first, 0, ORDER);
                IntVector pair1 = IntVector.fromMemorySegment(INT, first, BYTES, ORDER);
                IntVector pair2 = IntVector.fromMemorySegment(INT, second, SECOND, ORDER);
                IntVector pair3 = IntVector.fromMemorySegment(INT, second, SECOND + BYTES, ORDER);
                both0 = both0.add(pair0);
                both1 = both1.add(pair1);
                both2 = both2.add(pair2);
                both3 = both3.add(pair3);
                high0 = high0.add(pair0.lanewise(VectorOperators.ASHR, Short.SIZE));
                high1 = high1.add(pair1.lanewise(VectorOperators.ASHR, Short.SIZE));
                high2 = high2.add(pair2.lanewise(VectorOperators.ASHR, Short.SIZE));
                high3 = high3.add(pair3.lanewise(VectorOperators.ASHR, Short.SIZE));
            }
            long to = IntegerSums.WIDE + (long) row * 2 * STRIP * BYTES;
            both0.intoMemorySegment(workspace, to, ORDER);
            high0.intoMemorySegment(workspace, to + BYTES, ORDER);
            both1.intoMemorySegment(workspace, to + 2 * BYTES, ORDER);
            high1.intoMemorySegment(workspace, to + 3 * BYTES, ORDER);
            both2.intoMemorySegment(workspace, to + 4 * BYTES, ORDER);
            high2.intoMemorySegment(workspace, to + 5 * BYTES, ORDER);
            both3.intoMemorySegment(workspace, to + 6 * BYTES, ORDER);
            high3.intoMemorySegment(workspace, to + 7 * BYTES, ORDER);
        }
    }

    /** Bytes from the start of the weights to those that a vector takes of input 0; the vector's own place again where a block is missing. */
    static long base(PackedIntegers weights, Tile current, int vector) {
        int block = Math.min(vector / VECTORS, current.endBlock() - 1);
        int ofVector = BYTES / Short.BYTES * weights.type().bytes();
        return weights.blockOffset(block) + (long) (vector % VECTORS) * ofVector;
    }
}
