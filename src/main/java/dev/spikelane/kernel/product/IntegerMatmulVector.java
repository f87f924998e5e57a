package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.INT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Lanes;
import dev.spikelane.memory.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The variant of {@link IntegerMatmul} that visits active inputs, four vectors of 16-bit lanes wide. A vector's number counts from the
 * first of block 0; with vectors of 512 bits the four are two blocks, the last perhaps one block twice.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class IntegerMatmulVector {

    static final VectorSpecies<Short> SHORT = Lanes.SHORT;

    /** Vectors of 16-bit lanes in a block. */
    static final int VECTORS = PackedIntegers.BLOCK * Short.BYTES / BYTES;

    /** Vectors that are computed together. */
    static final int STRIP = 4;

    /** Weights of 8 bits that can be added in 16: 256 * -128 and 256 * 127 fit. */
    private static final int ADDED = 256 * Integer.BYTES;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfInt LIST = ValueLayout.JAVA_INT;

    private IntegerMatmulVector() {}

    /** Computes the listed rows. */
    static void active(MemorySegment list, int firstRow, int rows, IntegerTile tile) {
        boolean bytes = tile.weights().type() == ElementType.INT8;
        int end = tile.endBlock() * VECTORS;
        for (int vector = tile.firstBlock() * VECTORS; vector < end; vector += STRIP) {
            if (bytes) {
                addBytes(list, firstRow, rows, tile, vector);
            } else {
                addShorts(list, firstRow, rows, tile, vector);
            }
        }
    }

    private static void addBytes(MemorySegment list, int firstRow, int rows, IntegerTile tile, int vector) {
        MemorySegment weights = tile.weights().segment();
        Checks.isNative(list);
        Checks.isNative(weights);
        long base0 = base(tile, vector);
        long base1 = base(tile, vector + 1);
        long base2 = base(tile, vector + 2);
        long base3 = base(tile, vector + 3);
        for (int row = 0; row < rows; row++) {
            int at = list.get(LIST, (long) row * Integer.BYTES);
            int end = list.get(LIST, (long) row * Integer.BYTES + Integer.BYTES);
            IntVector low0 = IntVector.zero(INT);
            IntVector low1 = low0;
            IntVector low2 = low0;
            IntVector low3 = low0;
            IntVector high0 = low0;
            IntVector high1 = low0;
            IntVector high2 = low0;
            IntVector high3 = low0;
            while (at < end) {
                int some = Math.min(end, at + ADDED);
                ShortVector sum0 = ShortVector.zero(SHORT);
                ShortVector sum1 = sum0;
                ShortVector sum2 = sum0;
                ShortVector sum3 = sum0;
                for (; at < some; at += Integer.BYTES) {
                    long input = list.get(LIST, at);
                    sum0 = sum0.add(widened(weights, base0 + input));
                    sum1 = sum1.add(widened(weights, base1 + input));
                    sum2 = sum2.add(widened(weights, base2 + input));
                    sum3 = sum3.add(widened(weights, base3 + input));
                }
                low0 = low0.add(low(sum0));
                low1 = low1.add(low(sum1));
                low2 = low2.add(low(sum2));
                low3 = low3.add(low(sum3));
                high0 = high0.add(high(sum0));
                high1 = high1.add(high(sum1));
                high2 = high2.add(high(sum2));
                high3 = high3.add(high(sum3));
            }
            store(tile, firstRow + row, vector, low0, high0);
            store(tile, firstRow + row, vector + 1, low1, high1);
            store(tile, firstRow + row, vector + 2, low2, high2);
            store(tile, firstRow + row, vector + 3, low3, high3);
        }
    }

    /**
     * Sums whole 32-bit lanes beside their upper halves. The difference of the two is the sum of the lower halves, which have no sign and do
     * not reach 2^32.
     */
    private static void addShorts(MemorySegment list, int firstRow, int rows, IntegerTile tile, int vector) {
        MemorySegment weights = tile.weights().segment();
        Checks.isNative(list);
        Checks.isNative(weights);
        long base0 = base(tile, vector);
        long base1 = base(tile, vector + 1);
        long base2 = base(tile, vector + 2);
        long base3 = base(tile, vector + 3);
        for (int row = 0; row < rows; row++) {
            int at = list.get(LIST, (long) row * Integer.BYTES);
            int end = list.get(LIST, (long) row * Integer.BYTES + Integer.BYTES);
            int offset = (end - at) / Integer.BYTES * PackedIntegers.OFFSET;
            IntVector both0 = IntVector.zero(INT);
            IntVector both1 = both0;
            IntVector both2 = both0;
            IntVector both3 = both0;
            IntVector high0 = both0;
            IntVector high1 = both0;
            IntVector high2 = both0;
            IntVector high3 = both0;
            for (; at < end; at += Integer.BYTES) {
                long input = list.get(LIST, at);
                IntVector pair0 = pairs(weights, base0 + input);
                IntVector pair1 = pairs(weights, base1 + input);
                IntVector pair2 = pairs(weights, base2 + input);
                IntVector pair3 = pairs(weights, base3 + input);
                both0 = both0.add(pair0);
                both1 = both1.add(pair1);
                both2 = both2.add(pair2);
                both3 = both3.add(pair3);
                high0 = high0.add(high(pair0));
                high1 = high1.add(high(pair1));
                high2 = high2.add(high(pair2));
                high3 = high3.add(high(pair3));
            }
            store(tile, firstRow + row, vector, rest(both0, high0, offset), high0);
            store(tile, firstRow + row, vector + 1, rest(both1, high1, offset), high1);
            store(tile, firstRow + row, vector + 2, rest(both2, high2, offset), high2);
            store(tile, firstRow + row, vector + 3, rest(both3, high3, offset), high3);
        }
    }

    private static IntVector rest(IntVector both, IntVector high, int offset) {
        return both.sub(high.lanewise(VectorOperators.LSHL, Short.SIZE)).sub(offset);
    }

    /** Bytes from the start of the weights to those that a vector takes of input 0; the vector's own place again where a block is missing. */
    static long base(IntegerTile tile, int vector) {
        int block = Math.min(vector / VECTORS, tile.endBlock() - 1);
        int ofVector = BYTES / Short.BYTES * tile.weights().type().bytes();
        return tile.weights().blockOffset(block) + (long) (vector % VECTORS) * ofVector;
    }

    static ShortVector widened(MemorySegment weights, long at) {
        return (ShortVector) ByteVector.fromMemorySegment(Lanes.BYTE, weights, at, ORDER)
                .convertShape(VectorOperators.B2S, SHORT, 0);
    }

    static IntVector pairs(MemorySegment weights, long at) {
        return IntVector.fromMemorySegment(INT, weights, at, ORDER);
    }

    /** The lower halves of 32-bit lanes, as numbers with a sign. */
    static IntVector low(ShortVector sums) {
        return high(sums.reinterpretAsInts().lanewise(VectorOperators.LSHL, Short.SIZE));
    }

    /** The upper halves. */
    static IntVector high(ShortVector sums) {
        return high(sums.reinterpretAsInts());
    }

    private static IntVector high(IntVector pairs) {
        return pairs.lanewise(VectorOperators.ASHR, Short.SIZE);
    }

    /** Turns sums into currents: those of the vector's even places, and of its odd places, which are 32 outputs further on. */
    static void store(IntegerTile tile, int row, int vector, IntVector low, IntVector high) {
        int block = vector / VECTORS;
        if (block < tile.endBlock()) {
            int within = vector % VECTORS * BYTES;
            store(tile, row, block, within, low);
            store(tile, row, block, within + PackedWeights.BLOCK_BYTES / 2, high);
        }
    }

    private static void store(IntegerTile tile, int row, int block, int within, IntVector sum) {
        long output = (long) block * PackedWeights.BLOCK_BYTES + within;
        FloatVector scale = load(tile.weights().scales().segment(), output);
        FloatVector bias = load(tile.weights().bias().segment(), output);
        FloatVector value = (FloatVector) sum.convert(VectorOperators.I2F, 0);
        value.mul(scale).add(bias).intoMemorySegment(tile.current().segment(), tile.toBlock(row, block) + within, ORDER);
    }

    private static FloatVector load(MemorySegment segment, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, segment, offset, ORDER);
    }
}
