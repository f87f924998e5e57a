package dev.spikelane.kernel.pool;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of the gradients of {@link PoolWinners}: channels of a position are consecutive. */
final class PoolWinnersBackVector {

    private PoolWinnersBackVector() {}

    /**
     * Writes gradients to the winners of windows with four places, and zeros to the others, rounded up to whole
     * vectors. Each input is read once, so nothing is added and no target is read.
     *
     * @param won byte offset of the bits of 64 channels at the first place
     * @param at byte offset of the gradients of these channels
     * @param channels the number of these channels, at most 64
     * @param base byte offset to add to targets
     * @param targets byte offset of the channels of each place
     */
    static void spread(
            PoolWinners pool,
            long won,
            MemorySegment gradients,
            long at,
            int channels,
            MemorySegment to,
            long base,
            long[] targets) {
        MemorySegment bits = pool.bits.segment();
        Checks.isNative(gradients);
        Checks.isNative(bits);
        Checks.isNative(to);
        int bytes = pool.places.channels() * Float.BYTES;
        int step = pool.words * Long.BYTES;
        int vectors = Math.ceilDiv(channels, COUNT) * BYTES;
        int inside = (int) Math.min(targets.length / 4, (gradients.byteSize() - at - vectors) / bytes + 1);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int window = 0; window < inside; window++) {
            long from = at + (long) window * bytes;
            long word = won + 4L * window * step;
            long w0 = bits.get(JAVA_LONG, word);
            long w1 = bits.get(JAVA_LONG, word + step);
            long w2 = bits.get(JAVA_LONG, word + 2L * step);
            long w3 = bits.get(JAVA_LONG, word + 3L * step);
            long t0 = base + targets[4 * window];
            long t1 = base + targets[4 * window + 1];
            long t2 = base + targets[4 * window + 2];
            long t3 = base + targets[4 * window + 3];
            for (int lane = 0; lane < vectors; lane += BYTES) {
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, gradients, from + lane, ORDER);
                zero.add(x, VectorMask.fromLong(FLOAT, w0 >>> lane / Float.BYTES))
                        .intoMemorySegment(to, t0 + lane, ORDER);
                zero.add(x, VectorMask.fromLong(FLOAT, w1 >>> lane / Float.BYTES))
                        .intoMemorySegment(to, t1 + lane, ORDER);
                zero.add(x, VectorMask.fromLong(FLOAT, w2 >>> lane / Float.BYTES))
                        .intoMemorySegment(to, t2 + lane, ORDER);
                zero.add(x, VectorMask.fromLong(FLOAT, w3 >>> lane / Float.BYTES))
                        .intoMemorySegment(to, t3 + lane, ORDER);
            }
        }
        for (int i = 4 * inside; i < targets.length; i++) {
            long word = bits.get(JAVA_LONG, won + (long) i * step);
            for (int channel = 0; channel < channels; channel++) {
                float x = gradients.get(JAVA_FLOAT, at + (long) (i / 4) * bytes + (long) channel * Float.BYTES);
                to.set(
                        JAVA_FLOAT,
                        base + targets[i] + (long) channel * Float.BYTES,
                        (word >>> channel & 1) == 0 ? 0 : 0 + x);
            }
        }
    }

    static void back(PoolWinners pool, FloatMatrix gradient, int row, FloatMatrix into, int intoRow, int kept) {
        MemorySegment from = gradient.segment();
        MemorySegment to = into.segment();
        MemorySegment bits = pool.bits.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(bits);
        int[] starts = pool.places.starts();
        int[] places = pool.places.places();
        int channels = pool.places.channels();
        int words = pool.words;
        boolean isReadOnce = pool.isReadOnce && channels % COUNT == 0;
        long fromRow = gradient.rowOffset(row);
        long toRow = into.rowOffset(intoRow);
        long keptRow = pool.bits.rowOffset(kept);
        FloatVector zero = FloatVector.zero(FLOAT);
        if (!isReadOnce) {
            long end = toRow + (long) into.stride() * Float.BYTES;
            for (long at = toRow; at < end; at += BYTES) {
                zero.intoMemorySegment(to, at, ORDER);
            }
        }
        for (int position = 0; position < pool.places.positions(); position++) {
            int end = starts[position + 1];
            for (int channel = 0; channel < channels; channel += COUNT) {
                int column = position * channels + channel;
                if (places[end - 1] * channels + channel + COUNT > into.stride()
                        || column + COUNT > gradient.stride()) {
                    int last = column + Math.min(channels - channel, COUNT);
                    pool.back(gradient, row, into, intoRow, kept, column, last);
                    continue;
                }
                FloatVector added =
                        FloatVector.fromMemorySegment(FLOAT, from, fromRow + (long) column * Float.BYTES, ORDER);
                for (int i = starts[position]; i < end; i++) {
                    long at = toRow + (long) (places[i] * channels + channel) * Float.BYTES;
                    long word = bits.get(JAVA_LONG, keptRow + ((long) i * words + channel / Long.SIZE) * Long.BYTES);
                    FloatVector won = zero.blend(added, VectorMask.fromLong(FLOAT, word >>> channel));
                    FloatVector before = isReadOnce ? zero : FloatVector.fromMemorySegment(FLOAT, to, at, ORDER);
                    before.add(won).intoMemorySegment(to, at, ORDER);
                }
            }
        }
    }
}
