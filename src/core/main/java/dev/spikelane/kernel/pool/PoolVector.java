package dev.spikelane.kernel.pool;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/**
 * The vector variant of {@link PoolScalar}, forward, and backward for sums. Channels of a position are consecutive. The
 * lanes after the last channel are overwritten by the next position. If there is none, or if a vector would pass the
 * end of the memory, the specification takes over.
 */
final class PoolVector {

    private PoolVector() {}

    static void max(FloatMatrix values, @Nullable SpikeMatrix spikes, PoolWindows of, int row, Tile into) {
        int first = into.firstColumn();
        int end = into.endColumn();
        if (spikes == null && of.corners() != null) {
            int channels = of.channels();
            int begin = Math.ceilDiv(first, channels);
            int behind = end / channels;
            int vectors = Math.ceilDiv(channels, COUNT) * COUNT;
            while (behind > begin && !fits(values, row, of, vectors, into, behind - 1)) {
                behind--;
            }
            if (begin < behind) {
                max(values, null, of, row, into, first, begin * channels);
                fours(values, of, of.corners(), row, into, begin, behind);
                first = behind * channels;
            }
        }
        max(values, spikes, of, row, into, first, end);
    }

    private static boolean fits(FloatMatrix values, int row, PoolWindows of, int vectors, Tile into, int position) {
        long last = (long) of.places()[of.starts()[position + 1] - 1] * of.channels() + vectors;
        return values.rowOffset(row) + last * Float.BYTES <= values.segment().byteSize()
                && (long) position * of.channels() + vectors <= (long) into.endBlock() * FloatMatrix.ROW_MULTIPLE;
    }

    /** Pools 2 x 2 windows that are all alike: only the first place of each window is read from its list. */
    private static void fours(
            FloatMatrix values, PoolWindows of, int[] corners, int row, Tile into, int begin, int end) {
        MemorySegment from = values.segment();
        MemorySegment to = into.matrix().segment();
        Checks.isNative(from);
        Checks.isNative(to);
        int[] places = of.places();
        int bytes = of.channels() * Float.BYTES;
        long right = (long) corners[1] * bytes;
        long below = (long) corners[2] * bytes;
        long across = (long) corners[3] * bytes;
        long fromRow = values.rowOffset(row);
        long at = into.offset(row, 0) + (long) begin * bytes;
        for (int position = begin; position < end; position++, at += bytes) {
            long corner = fromRow + (long) places[4 * position] * bytes;
            for (int lane = 0; lane < bytes; lane += BYTES) {
                long place = corner + lane;
                FloatVector most = FloatVector.fromMemorySegment(FLOAT, from, place, ORDER);
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, from, place + right, ORDER);
                most = most.blend(x, x.compare(GT, most).or(x.test(IS_NAN)));
                x = FloatVector.fromMemorySegment(FLOAT, from, place + below, ORDER);
                most = most.blend(x, x.compare(GT, most).or(x.test(IS_NAN)));
                x = FloatVector.fromMemorySegment(FLOAT, from, place + across, ORDER);
                most = most.blend(x, x.compare(GT, most).or(x.test(IS_NAN)));
                most.intoMemorySegment(to, at + lane, ORDER);
            }
        }
    }

    private static void max(
            FloatMatrix values,
            @Nullable SpikeMatrix spikes,
            PoolWindows of,
            int row,
            Tile into,
            int firstColumn,
            int endColumn) {
        MemorySegment from = values.segment();
        MemorySegment to = into.matrix().segment();
        MemorySegment fired = spikes == null ? from : spikes.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(fired);
        long fromRow = values.rowOffset(spikes == null ? row : 0);
        long toRow = into.offset(row, 0);
        int[] starts = of.starts();
        int[] places = of.places();
        int channels = of.channels();
        int position = firstColumn / channels;
        int channel = firstColumn % channels;
        FloatVector zero = FloatVector.zero(FLOAT);
        int count;
        for (int column = firstColumn; column < endColumn; column += count) {
            count = Math.min(channels - channel, COUNT);
            int end = starts[position + 1];
            if (fits(values, fromRow, places[end - 1] * channels + channel, into, column)) {
                FloatVector most = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
                for (int i = starts[position]; i < end; i++) {
                    int at = places[i] * channels + channel;
                    FloatVector x =
                            FloatVector.fromMemorySegment(FLOAT, from, fromRow + (long) at * Float.BYTES, ORDER);
                    if (spikes != null) {
                        x = zero.blend(x, VectorMask.fromLong(FLOAT, SpikeBits.at(spikes, fired, row, at)));
                    }
                    if (most.getClass() != VECTOR) {
                        throw new AssertionError(OTHER_VECTOR);
                    }
                    most = most.blend(x, x.compare(GT, most).or(x.test(IS_NAN)));
                }
                if (most.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                most.intoMemorySegment(to, toRow + (long) column * Float.BYTES, ORDER);
            } else {
                PoolScalar.max(values, spikes, of, row, into, column, Math.min(column + count, endColumn));
            }
            channel += count;
            if (channel == channels) {
                channel = 0;
                position++;
            }
        }
    }

    static void sum(FloatMatrix values, @Nullable SpikeMatrix spikes, PoolWindows of, int row, Tile into) {
        MemorySegment from = values.segment();
        MemorySegment to = into.matrix().segment();
        MemorySegment fired = spikes == null ? from : spikes.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(fired);
        long fromRow = values.rowOffset(spikes == null ? row : 0);
        long toRow = into.offset(row, 0);
        float[] shares = of.shares();
        float[] divisors = of.divisors();
        int channels = of.channels();
        int position = into.firstColumn() / channels;
        int channel = into.firstColumn() % channels;
        FloatVector zero = FloatVector.zero(FLOAT);
        int count;
        for (int column = into.firstColumn(); column < into.endColumn(); column += count) {
            count = Math.min(channels - channel, COUNT);
            int first = of.starts()[position];
            int end = of.starts()[position + 1];
            if (channel == 0 && channels >= COUNT && column >= into.firstColumn() + channels && of.repeats(position)) {
                long bytes = (long) channels * Float.BYTES;
                long at = toRow + (long) column * Float.BYTES;
                long left = (long) (into.endColumn() - column) * Float.BYTES;
                MemorySegment.copy(to, at - bytes, to, at, Math.min(bytes, left));
                count = channels;
                position++;
                continue;
            }
            int last = first == end ? 0 : of.places()[end - 1] * channels + channel;
            if (fits(values, fromRow, last, into, column)) {
                FloatVector sum = FloatVector.zero(FLOAT);
                for (int i = first; i < end; i++) {
                    int at = of.places()[i] * channels + channel;
                    FloatVector x =
                            FloatVector.fromMemorySegment(FLOAT, from, fromRow + (long) at * Float.BYTES, ORDER);
                    if (spikes != null) {
                        x = zero.blend(x, VectorMask.fromLong(FLOAT, SpikeBits.at(spikes, fired, row, at)));
                    }
                    sum = sum.add(shares == null ? x : x.div(shares[of.places()[i]]));
                }
                if (divisors != null) {
                    sum = sum.div(divisors[position]);
                }
                sum.intoMemorySegment(to, toRow + (long) column * Float.BYTES, ORDER);
            } else {
                PoolScalar.sum(values, spikes, of, row, into, column, Math.min(column + count, into.endColumn()));
            }
            channel += count;
            if (channel == channels) {
                channel = 0;
                position++;
            }
        }
    }

    private static boolean fits(FloatMatrix values, long fromRow, int at, Tile into, int column) {
        return fromRow + (long) at * Float.BYTES + BYTES <= values.segment().byteSize()
                && column + COUNT <= into.endBlock() * FloatMatrix.ROW_MULTIPLE;
    }

    static void expand(long bits, float value, MemorySegment to, long at) {
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, value);
        for (int lane = 0; lane < Long.SIZE; lane += COUNT) {
            zero.blend(one, VectorMask.fromLong(FLOAT, bits >>> lane))
                    .intoMemorySegment(to, at + (long) lane * Float.BYTES, ORDER);
        }
    }
}
