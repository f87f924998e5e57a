package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Lists nonzero gradients one vector at a time. After a pool three of four gradients are zero, so a loop that visits
 * the others waits for mispredicted branches, 8 cycles each (Zen 5, 2026-11).
 */
final class WindowGradientListVector {

    private WindowGradientListVector() {}

    /** Returns true if outputs are whole vectors, and CPUs with this width have an instruction that packs lanes. */
    static boolean serves(int outputs) {
        return SimdWidth.bits() >= WindowListsVector.BITS && outputs % COUNT == 0;
    }

    /**
     * Lists, for some positions, the outputs with nonzero gradients, and their gradients.
     *
     * @param from byte offset of the first position's gradients
     * @param step bytes from a position to the next
     */
    static void list(
            MemorySegment gradients, long from, long step, int outputs, int positions, WindowGradientLists lists) {
        Checks.isNative(gradients);
        int[] places = lists.places;
        float[] factors = lists.factors;
        FloatVector zero = FloatVector.zero(FLOAT);
        IntVector lanes = IntVector.zero(INT).addIndex(1);
        int end = 0;
        for (int position = 0; position < positions; position++) {
            lists.starts[position] = end;
            for (int output = 0; output < outputs; output += COUNT) {
                long at = from + position * step + (long) output * Float.BYTES;
                FloatVector gradient = FloatVector.fromMemorySegment(FLOAT, gradients, at, ORDER);
                VectorMask<Float> some = gradient.compare(NE, zero);
                gradient.compress(some).intoArray(factors, end);
                lanes.add(output).compress(some.cast(INT)).intoArray(places, end);
                end += some.trueCount();
            }
            lists.ends[position] = end;
        }
    }

    /**
     * Lists the gradients of some positions through a pool that
     * {@link PooledGradients#readsOnce reads each value once}: at each position, the channels whose value won.
     *
     * @param row the row of the gradients after the pool
     * @param firstChannel the first of the outputs, as a channel of the pool
     */
    static void list(
            PooledGradients pooled,
            int row,
            int firstChannel,
            int outputs,
            int firstPosition,
            int positions,
            WindowGradientLists lists) {
        MemorySegment gradients = pooled.behind().segment();
        MemorySegment bits = pooled.bits().segment();
        Checks.isNative(gradients);
        Checks.isNative(bits);
        int[] readers = pooled.readers();
        int[] places = lists.places;
        float[] factors = lists.factors;
        long from = pooled.behind().rowOffset(row);
        long step = (long) pooled.behind().columns() / (readers.length / 4) * Float.BYTES;
        long won = pooled.bits().rowOffset(pooled.kept(row));
        long words = (long) pooled.words() * Long.BYTES;
        FloatVector zero = FloatVector.zero(FLOAT);
        IntVector lanes = IntVector.zero(INT).addIndex(1);
        int end = 0;
        for (int position = 0; position < positions; position++) {
            int reader = readers[firstPosition + position];
            long at = from + (reader >> 2) * step;
            long word = won + reader * words;
            lists.starts[position] = end;
            for (int output = 0; output < outputs; output += COUNT) {
                int channel = firstChannel + output;
                FloatVector gradient =
                        FloatVector.fromMemorySegment(FLOAT, gradients, at + (long) channel * Float.BYTES, ORDER);
                long winners = bits.get(JAVA_LONG, word + (channel >> 6) * (long) Long.BYTES) >>> channel;
                VectorMask<Float> some = gradient.compare(NE, zero).and(VectorMask.fromLong(FLOAT, winners));
                gradient.compress(some).intoArray(factors, end);
                lanes.add(output).compress(some.cast(INT)).intoArray(places, end);
                end += some.trueCount();
            }
            lists.ends[position] = end;
        }
    }

    /**
     * Appends parts of some lists of places to other lists.
     *
     * @param begins begins of the parts, at {@code firstBegin} and after
     * @param ends ends of the parts, at {@code firstEnd} and after
     * @param offset the number to add to each place
     * @param to the lists to extend: {@code list}, then every {@code step}-th one
     */
    static void append(
            int[] places,
            int[] begins,
            int firstBegin,
            int[] ends,
            int firstEnd,
            int count,
            int offset,
            WindowGradientLists to,
            int list,
            int step) {
        int[] into = to.places;
        for (int i = 0; i < count; i++) {
            int from = begins[firstBegin + i];
            int some = ends[firstEnd + i] - from;
            int at = to.ends[list + i * step];
            int done = 0;
            do { // few have more than a vector, and some none
                IntVector.fromArray(INT, places, from + done).add(offset).intoArray(into, at + done);
                done += COUNT;
            } while (done < some);
            to.ends[list + i * step] = at + some;
        }
    }
}
