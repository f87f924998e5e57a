package dev.spikelane.kernel.map;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The vector variant of {@link PoolWinners}: channels of a position lie side by side. Where a vector would reach behind
 * a row, the specification takes over.
 */
final class PoolWinnersVector {

    private PoolWinnersVector() {}

    static void run(PoolWinners of, FloatMatrix values, int row, FloatMatrix into, int kept) {
        MemorySegment from = values.segment();
        MemorySegment to = into.segment();
        MemorySegment bits = of.bits.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(bits);
        int[] starts = of.places.starts();
        int[] places = of.places.places();
        int channels = of.places.channels();
        int words = of.words;
        long fromRow = values.rowOffset(row);
        long toRow = into.rowOffset(row);
        long keptRow = of.bits.rowOffset(kept);
        for (int position = 0; position < of.places.positions(); position++) {
            int first = starts[position];
            int end = starts[position + 1];
            for (int channel = 0; channel < channels; channel += COUNT) {
                int column = position * channels + channel;
                int count = Math.min(channels - channel, COUNT);
                if (places[end - 1] * channels + channel + COUNT > values.stride() || column + COUNT > into.stride()) {
                    of.run(values, row, into, kept, column, column + count);
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

    static void back(PoolWinners of, FloatMatrix gradient, int row, FloatMatrix into, int intoRow, int kept) {
        MemorySegment from = gradient.segment();
        MemorySegment to = into.segment();
        MemorySegment bits = of.bits.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(bits);
        int[] starts = of.places.starts();
        int[] places = of.places.places();
        int channels = of.places.channels();
        int words = of.words;
        boolean once = of.once && channels % COUNT == 0;
        long fromRow = gradient.rowOffset(row);
        long toRow = into.rowOffset(intoRow);
        long keptRow = of.bits.rowOffset(kept);
        FloatVector zero = FloatVector.zero(FLOAT);
        if (!once) {
            long end = toRow + (long) into.stride() * Float.BYTES;
            for (long at = toRow; at < end; at += BYTES) {
                zero.intoMemorySegment(to, at, ORDER);
            }
        }
        for (int position = 0; position < of.places.positions(); position++) {
            int end = starts[position + 1];
            for (int channel = 0; channel < channels; channel += COUNT) {
                int column = position * channels + channel;
                if (places[end - 1] * channels + channel + COUNT > into.stride()
                        || column + COUNT > gradient.stride()) {
                    int last = column + Math.min(channels - channel, COUNT);
                    of.back(gradient, row, into, intoRow, kept, column, last);
                    continue;
                }
                FloatVector added =
                        FloatVector.fromMemorySegment(FLOAT, from, fromRow + (long) column * Float.BYTES, ORDER);
                for (int i = starts[position]; i < end; i++) {
                    long at = toRow + (long) (places[i] * channels + channel) * Float.BYTES;
                    long word = bits.get(JAVA_LONG, keptRow + ((long) i * words + channel / Long.SIZE) * Long.BYTES);
                    FloatVector won = zero.blend(added, VectorMask.fromLong(FLOAT, word >>> channel));
                    FloatVector before = once ? zero : FloatVector.fromMemorySegment(FLOAT, to, at, ORDER);
                    before.add(won).intoMemorySegment(to, at, ORDER);
                }
            }
        }
    }
}
