package dev.spikelane.kernel.pool;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.EQ;
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
 * The vector variant of {@link PoolScalar#maxBack}: finds the winners of a window, then adds each channel's gradient at
 * its winner, and +0 elsewhere, which changes nothing, because sums start at +0.
 */
final class PoolBackVector {

    private PoolBackVector() {}

    /** Writes zeros to the blocks in use. */
    static void clear(Tile into, int row) {
        MemorySegment to = into.matrix().segment();
        Checks.isNative(to);
        long end = into.offset(row, into.endBlock());
        for (long at = into.offset(row, into.firstBlock()); at < end; at += BYTES) {
            FloatVector.zero(FLOAT).intoMemorySegment(to, at, ORDER);
        }
    }

    static void max(
            FloatMatrix values,
            @Nullable SpikeMatrix spikes,
            FloatMatrix gradient,
            PoolWindows of,
            int output,
            int row,
            Tile into) {
        int channels = of.channels();
        for (int channel = 0; channel < channels; channel += COUNT) {
            int end = Math.min(channel + COUNT, channels);
            if (!reaches(of, output, channel, end, into)) {
                continue;
            }
            if (fits(values, spikes == null ? row : 0, of.places()[of.starts()[output + 1] - 1] * channels + channel)
                    && fits(gradient, row, output * channels + channel)
                    && fits(of, output, channel, into)) {
                channels(values, spikes, gradient, of, output, row, into, channel);
            } else {
                int first = output * channels;
                PoolScalar.maxBack(values, spikes, gradient, of, row, into, first + channel, first + end);
            }
        }
    }

    /** Returns true if some of these channels of a window are in the tile. */
    private static boolean reaches(PoolWindows of, int output, int firstChannel, int endChannel, Tile into) {
        for (int i = of.starts()[output]; i < of.starts()[output + 1]; i++) {
            int column = of.places()[i] * of.channels();
            if (column + endChannel > into.firstColumn() && column + firstChannel < into.endColumn()) {
                return true;
            }
        }
        return false;
    }

    private static boolean fits(FloatMatrix values, int row, int column) {
        return values.rowOffset(row) + (long) column * Float.BYTES + BYTES
                <= values.segment().byteSize();
    }

    /** Returns true if the vectors of a window are whole in the tile. */
    private static boolean fits(PoolWindows of, int output, int channel, Tile into) {
        int first = of.places()[of.starts()[output]] * of.channels() + channel;
        int last = of.places()[of.starts()[output + 1] - 1] * of.channels() + channel;
        return first >= into.firstColumn() && last + COUNT <= into.endBlock() * FloatMatrix.ROW_MULTIPLE;
    }

    private static void channels(
            FloatMatrix values,
            @Nullable SpikeMatrix spikes,
            FloatMatrix gradient,
            PoolWindows of,
            int output,
            int row,
            Tile into,
            int channel) {
        MemorySegment from = values.segment();
        MemorySegment fired = spikes == null ? from : spikes.segment();
        MemorySegment upstream = gradient.segment();
        MemorySegment to = into.matrix().segment();
        Checks.isNative(from);
        Checks.isNative(fired);
        Checks.isNative(upstream);
        Checks.isNative(to);
        int channels = of.channels();
        int first = of.starts()[output];
        int end = of.starts()[output + 1];
        long fromRow = values.rowOffset(spikes == null ? row : 0);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector most = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
        FloatVector winner = FloatVector.zero(FLOAT);
        for (int i = first; i < end; i++) {
            int at = of.places()[i] * channels + channel;
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, from, fromRow + (long) at * Float.BYTES, ORDER);
            if (spikes != null) {
                x = zero.blend(x, VectorMask.fromLong(FLOAT, SpikeBits.at(spikes, fired, row, at)));
            }
            VectorMask<Float> taken = x.compare(GT, most).or(x.test(IS_NAN));
            most = most.blend(x, taken);
            winner = winner.blend(FloatVector.broadcast(FLOAT, i - first), taken);
        }
        long at = gradient.rowOffset(row) + ((long) output * channels + channel) * Float.BYTES;
        FloatVector added = zero.blend(
                FloatVector.fromMemorySegment(FLOAT, upstream, at, ORDER), FLOAT.indexInRange(channel, channels));
        long toRow = into.offset(row, 0);
        for (int i = first; i < end; i++) {
            long place = toRow + ((long) of.places()[i] * channels + channel) * Float.BYTES;
            FloatVector.fromMemorySegment(FLOAT, to, place, ORDER)
                    .add(zero.blend(added, winner.compare(EQ, i - first)))
                    .intoMemorySegment(to, place, ORDER);
        }
    }
}
