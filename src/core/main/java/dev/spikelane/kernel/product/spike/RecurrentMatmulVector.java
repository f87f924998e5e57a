package dev.spikelane.kernel.product.spike;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link RecurrentMatmul}: adds all active inputs to eight vectors of outputs at a time. Each
 * vector's additions wait for the one before, and the CPU mispredicts the end of a word's spikes, so with four vectors
 * a thread would mostly wait.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
class RecurrentMatmulVector {

    private static final int STRIP_BYTES = 4 * BYTES;

    private static final RecurrentMatmulVector SINGLE =
            Unrolled.of(MethodHandles.lookup(), new RecurrentMatmulVector(1));

    private static final RecurrentMatmulVector PAIR = Unrolled.of(MethodHandles.lookup(), new RecurrentMatmulVector(2));

    private final int blocks;

    private RecurrentMatmulVector(int blocks) {
        this.blocks = blocks;
    }

    static void multiply(SpikeMatrix spikes, int rows, PackedWeights weights, Tile tile) {
        for (int row = 0; row < rows; row++) {
            int block = tile.firstBlock();
            for (; block + 1 < tile.endBlock(); block += 2) {
                PAIR.block(spikes, row, weights, block, tile.matrix().segment(), tile.offset(row, block));
            }
            if (block < tile.endBlock()) {
                SINGLE.block(spikes, row, weights, block, tile.matrix().segment(), tile.offset(row, block));
            }
        }
    }

    private void block(SpikeMatrix spikes, int row, PackedWeights weights, int block, MemorySegment to, long out) {
        for (int strip = 0; strip < PackedWeights.BLOCK_BYTES; strip += STRIP_BYTES) {
            strip(spikes, row, weights, block, strip, to, out + strip);
        }
    }

    /** Computes one strip of a block, or of two blocks. */
    void strip(SpikeMatrix spikes, int row, PackedWeights weights, int block, int strip, MemorySegment to, long out) {
        long inputs = weights.blockOffset(block) + strip;
        long nextBlock = weights.blockOffset(1);
        MemorySegment fired = spikes.segment();
        MemorySegment weight = weights.segment();
        MemorySegment bias = weights.biasSegment();
        Checks.isNative(fired);
        Checks.isNative(weight);
        Checks.isNative(bias);
        Checks.isNative(to);
        FloatVector[] sum = new FloatVector[4 * blocks];
        for (int i = 0; i < 4 * blocks; i = next(i)) {
            sum[i] = FloatVector.zero(FLOAT);
        }
        int words = spikes.stride();
        long spikeRow = spikes.rowOffset(row);
        for (int word = 0; word < words; word++) {
            long bits = fired.get(JAVA_LONG, spikeRow + (long) word * Long.BYTES);
            while (bits != 0) {
                long input = (long) word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                long at = inputs + input * PackedWeights.BLOCK_BYTES;
                for (int i = 0; i < 4 * blocks; i = next(i)) {
                    long from = at + i / 4 * nextBlock + i % 4 * BYTES;
                    sum[i] = sum[i].add(FloatVector.fromMemorySegment(FLOAT, weight, from, ORDER));
                }
            }
        }
        long outputs = (long) block * PackedWeights.BLOCK_BYTES + strip;
        for (int i = 0; i < 4 * blocks; i = next(i)) {
            int at = i / 4 * PackedWeights.BLOCK_BYTES + i % 4 * BYTES;
            sum[i].add(FloatVector.fromMemorySegment(FLOAT, bias, outputs + at, ORDER))
                    .intoMemorySegment(to, out + at, ORDER);
        }
    }
}
