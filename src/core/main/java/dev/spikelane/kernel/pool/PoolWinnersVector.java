package dev.spikelane.kernel.pool;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The vector variant of {@link PoolWinners}: channels of a position are consecutive. If a vector would pass the end of
 * a row, the specification takes over.
 */
final class PoolWinnersVector {

    private static final int WORD = Long.SIZE * Float.BYTES;

    private PoolWinnersVector() {}

    /** Returns true if windows are alike, with four places and whole vectors of channels. */
    static boolean areFours(PoolWindows places) {
        return places.corners() != null && places.channels() % COUNT == 0;
    }

    /** Pools a row of windows that {@link #areFours} accepts, at byte offsets. */
    static void runFours(PoolWinners pool, MemorySegment from, long fromRow, MemorySegment to, long toRow, int kept) {
        MemorySegment bits = pool.bits.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(bits);
        int[] places = pool.places.places();
        int bytes = pool.places.channels() * Float.BYTES;
        long right = (long) pool.corners[1] * bytes;
        long below = (long) pool.corners[2] * bytes;
        long across = (long) pool.corners[3] * bytes;
        long place = (long) pool.words * Long.BYTES;
        long toAt = toRow;
        long word = pool.bits.rowOffset(kept);
        for (int first = 0; first < places.length; first += 4) {
            long corner = fromRow + (long) places[first] * bytes;
            for (int done = 0; done < bytes; done += WORD) {
                int end = Math.min(bytes, done + WORD);
                long b = 0;
                long c = 0;
                long d = 0;
                for (int lane = done; lane < end; lane += BYTES) {
                    long at = corner + lane;
                    FloatVector most = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
                    FloatVector x = FloatVector.fromMemorySegment(FLOAT, from, at, ORDER);
                    most = most.blend(x, x.compare(GT, most).or(x.test(IS_NAN)));
                    x = FloatVector.fromMemorySegment(FLOAT, from, at + right, ORDER);
                    VectorMask<Float> second = x.compare(GT, most).or(x.test(IS_NAN));
                    most = most.blend(x, second);
                    x = FloatVector.fromMemorySegment(FLOAT, from, at + below, ORDER);
                    VectorMask<Float> third = x.compare(GT, most).or(x.test(IS_NAN));
                    most = most.blend(x, third);
                    x = FloatVector.fromMemorySegment(FLOAT, from, at + across, ORDER);
                    VectorMask<Float> fourth = x.compare(GT, most).or(x.test(IS_NAN));
                    most.blend(x, fourth).intoMemorySegment(to, toAt + lane, ORDER);
                    int shift = lane / Float.BYTES;
                    b |= second.toLong() << shift;
                    c |= third.toLong() << shift;
                    d |= fourth.toLong() << shift;
                }
                c &= ~d;
                b &= ~(c | d);
                int lanes = (end - done) / Float.BYTES;
                bits.set(JAVA_LONG, word, ~(b | c | d) & -1L >>> -lanes);
                bits.set(JAVA_LONG, word + place, b);
                bits.set(JAVA_LONG, word + 2 * place, c);
                bits.set(JAVA_LONG, word + 3 * place, d);
                word += Long.BYTES;
            }
            toAt += bytes;
            word += 3 * place;
        }
    }

    static void run(PoolWinners pool, FloatMatrix values, int row, FloatMatrix into, int kept) {
        MemorySegment from = values.segment();
        MemorySegment to = into.segment();
        MemorySegment bits = pool.bits.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(bits);
        int[] starts = pool.places.starts();
        int[] places = pool.places.places();
        int channels = pool.places.channels();
        int words = pool.words;
        long fromRow = values.rowOffset(row);
        long toRow = into.rowOffset(row);
        long keptRow = pool.bits.rowOffset(kept);
        for (int position = 0; position < pool.places.positions(); position++) {
            int first = starts[position];
            int end = starts[position + 1];
            for (int channel = 0; channel < channels; channel += COUNT) {
                int column = position * channels + channel;
                int count = Math.min(channels - channel, COUNT);
                if (places[end - 1] * channels + channel + COUNT > values.stride() || column + COUNT > into.stride()) {
                    pool.run(values, row, into, kept, column, column + count);
                    continue;
                }
                FloatVector most = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
                FloatVector winner = FloatVector.zero(FLOAT);
                for (int i = first; i < end; i++) {
                    long at = fromRow + (long) (places[i] * channels + channel) * Float.BYTES;
                    FloatVector x = FloatVector.fromMemorySegment(FLOAT, from, at, ORDER);
                    VectorMask<Float> taken = x.compare(GT, most).or(x.test(IS_NAN));
                    most = most.blend(x, taken);
                    winner = winner.blend(FloatVector.broadcast(FLOAT, i - first), taken);
                }
                most.intoMemorySegment(to, toRow + (long) column * Float.BYTES, ORDER);
                long some = -1L >>> -count;
                int lane = channel % Long.SIZE;
                for (int i = first; i < end; i++) {
                    long at = keptRow + ((long) i * words + channel / Long.SIZE) * Long.BYTES;
                    long before = lane == 0 ? 0 : bits.get(JAVA_LONG, at);
                    bits.set(
                            JAVA_LONG,
                            at,
                            before | (winner.compare(EQ, i - first).toLong() & some) << lane);
                }
            }
        }
    }
}
