package dev.spikelane.kernel.product.spike;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link RecurrentMatmul}: eight vectors of outputs at a time, and for them all active inputs. A
 * vector's additions wait for each other, and the CPU guesses wrong at the end of a word's spikes: with four vectors a
 * thread would wait most of the time.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class RecurrentMatmulVector {

    private static final int STRIP_BYTES = 4 * BYTES;

    private RecurrentMatmulVector() {}

    static void multiply(SpikeMatrix spikes, int rows, PackedWeights weights, Tile tile) {
        FloatMatrix current = tile.matrix();
        for (int row = 0; row < rows; row++) {
            int block = tile.firstBlock();
            for (; block + 1 < tile.endBlock(); block += 2) {
                long to = tile.offset(row, block);
                for (int strip = 0; strip < PackedWeights.BLOCK_BYTES; strip += STRIP_BYTES) {
                    pair(spikes, row, weights, block, strip, current.segment(), to + strip);
                }
            }
            if (block < tile.endBlock()) {
                long to = tile.offset(row, block);
                for (int strip = 0; strip < PackedWeights.BLOCK_BYTES; strip += STRIP_BYTES) {
                    strip(spikes, row, weights, block, strip, current.segment(), to + strip);
                }
            }
        }
    }

    /** A strip of a block, and the same of the next. */
    private static void pair(
            SpikeMatrix spikes, int row, PackedWeights weights, int block, int strip, MemorySegment to, long out) {
        long inputs = weights.blockOffset(block) + strip;
        long next = weights.blockOffset(1);
        MemorySegment fired = spikes.segment();
        MemorySegment weight = weights.segment();
        MemorySegment bias = weights.biasSegment();
        Checks.isNative(fired);
        Checks.isNative(weight);
        Checks.isNative(bias);
        Checks.isNative(to);
        FloatVector sum0 = FloatVector.zero(FLOAT);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        FloatVector sum4 = sum0;
        FloatVector sum5 = sum0;
        FloatVector sum6 = sum0;
        FloatVector sum7 = sum0;
        int words = spikes.stride();
        long spikeRow = spikes.rowOffset(row);
        for (int word = 0; word < words; word++) {
            long bits = fired.get(JAVA_LONG, spikeRow + (long) word * Long.BYTES);
            while (bits != 0) {
                long input = (long) word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                long at = inputs + input * PackedWeights.BLOCK_BYTES;
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, weight, at, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, weight, at + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, weight, at + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, weight, at + 3 * BYTES, ORDER));
                at += next;
                sum4 = sum4.add(FloatVector.fromMemorySegment(FLOAT, weight, at, ORDER));
                sum5 = sum5.add(FloatVector.fromMemorySegment(FLOAT, weight, at + BYTES, ORDER));
                sum6 = sum6.add(FloatVector.fromMemorySegment(FLOAT, weight, at + 2 * BYTES, ORDER));
                sum7 = sum7.add(FloatVector.fromMemorySegment(FLOAT, weight, at + 3 * BYTES, ORDER));
            }
        }
        long outputs = (long) block * PackedWeights.BLOCK_BYTES + strip;
        sum0.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs, ORDER)).intoMemorySegment(to, out, ORDER);
        sum1.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs + BYTES, ORDER))
                .intoMemorySegment(to, out + BYTES, ORDER);
        sum2.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs + 2 * BYTES, ORDER))
                .intoMemorySegment(to, out + 2 * BYTES, ORDER);
        sum3.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs + 3 * BYTES, ORDER))
                .intoMemorySegment(to, out + 3 * BYTES, ORDER);
        long behind = outputs + PackedWeights.BLOCK_BYTES;
        long outBehind = out + PackedWeights.BLOCK_BYTES;
        sum4.add(FloatVector.fromMemorySegment(FLOAT, bias, behind, ORDER)).intoMemorySegment(to, outBehind, ORDER);
        sum5.add(FloatVector.fromMemorySegment(FLOAT, bias, behind + BYTES, ORDER))
                .intoMemorySegment(to, outBehind + BYTES, ORDER);
        sum6.add(FloatVector.fromMemorySegment(FLOAT, bias, behind + 2 * BYTES, ORDER))
                .intoMemorySegment(to, outBehind + 2 * BYTES, ORDER);
        sum7.add(FloatVector.fromMemorySegment(FLOAT, bias, behind + 3 * BYTES, ORDER))
                .intoMemorySegment(to, outBehind + 3 * BYTES, ORDER);
    }

    private static void strip(
            SpikeMatrix spikes, int row, PackedWeights weights, int block, int strip, MemorySegment to, long out) {
        long inputs = weights.blockOffset(block) + strip;
        MemorySegment fired = spikes.segment();
        MemorySegment weight = weights.segment();
        MemorySegment bias = weights.biasSegment();
        Checks.isNative(fired);
        Checks.isNative(weight);
        Checks.isNative(bias);
        Checks.isNative(to);
        FloatVector sum0 = FloatVector.zero(FLOAT);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int words = spikes.stride();
        long spikeRow = spikes.rowOffset(row);
        for (int word = 0; word < words; word++) {
            long bits = fired.get(JAVA_LONG, spikeRow + (long) word * Long.BYTES);
            while (bits != 0) {
                long input = (long) word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                long at = inputs + input * PackedWeights.BLOCK_BYTES;
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, weight, at, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, weight, at + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, weight, at + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, weight, at + 3 * BYTES, ORDER));
            }
        }
        long outputs = (long) block * PackedWeights.BLOCK_BYTES + strip;
        sum0.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs, ORDER)).intoMemorySegment(to, out, ORDER);
        sum1.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs + BYTES, ORDER))
                .intoMemorySegment(to, out + BYTES, ORDER);
        sum2.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs + 2 * BYTES, ORDER))
                .intoMemorySegment(to, out + 2 * BYTES, ORDER);
        sum3.add(FloatVector.fromMemorySegment(FLOAT, bias, outputs + 3 * BYTES, ORDER))
                .intoMemorySegment(to, out + 3 * BYTES, ORDER);
    }
}
