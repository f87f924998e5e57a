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
 * Lists gradients that are not zero a vector at a time: of those behind a pool three of four are zero, so that a loop
 * over the others waits for branches that the CPU cannot foresee, 8 cycles for each (Zen 5, 2026-11).
 */
final class WindowGradientListVector {

    private WindowGradientListVector() {}

    /** Whether so many outputs are whole vectors, and CPUs of this width pack lanes by an instruction. */
    static boolean serves(int outputs) {
        return SimdWidth.bits() >= WindowListsVector.BITS && outputs % COUNT == 0;
    }

    /**
     * Lists the outputs of some positions, whose gradients are not zero, and these.
     *
     * @param from bytes to the gradients of the first position
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
     * The same past a pool that {@link PooledGradients#readsOnce reads each once}: at each position the channels whose
     * value has won there.
     *
     * @param row of the gradients behind the pool
     * @param firstChannel the first of the outputs, as they stand behind the pool
     */
    static void list(
            PooledGradients of,
            int row,
            int firstChannel,
            int outputs,
            int firstPosition,
            int positions,
            WindowGradientLists lists) {
        MemorySegment gradients = of.behind().segment();
        MemorySegment bits = of.bits().segment();
        Checks.isNative(gradients);
        Checks.isNative(bits);
        int[] readers = of.readers();
        int[] places = lists.places;
        float[] factors = lists.factors;
        long from = of.behind().rowOffset(row);
        long step = (long) of.behind().columns() / (readers.length / 4) * Float.BYTES;
        long won = of.bits().rowOffset(of.kept(row));
        long words = (long) of.words() * Long.BYTES;
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
     * Appends parts of some lists of places to others.
     *
     * @param begins from {@code firstBegin} on, where parts begin
     * @param ends from {@code firstEnd} on, where they end
     * @param offset is added to each place
     * @param to lists, the first of which is {@code list}, and others {@code step} behind each other
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
