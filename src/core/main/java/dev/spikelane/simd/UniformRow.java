package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A row of the uniform numbers of {@link CounterRandom}. */
public final class UniformRow {

    private UniformRow() {}

    /**
     * Draws the numbers of neurons from {@code first} until {@code end}.
     *
     * @param origin the neuron of column 0, a multiple of 64
     * @param first a multiple of 64
     * @param end a multiple of 64 or the end of the row
     */
    public static void draw(long key, FloatMatrix into, int row, int origin, int first, int end) {
        if (!SimdWidth.VECTOR) {
            scalar(key, into, row, origin, first, end);
            return;
        }
        long base = into.rowOffset(row) - (long) origin * Float.BYTES;
        UniformRowVector.bits(key, into.segment(), base, first / Long.SIZE, Math.ceilDiv(end, Long.SIZE));
        UniformRowVector.numbers(into.segment(), base, first / Long.SIZE, Math.ceilDiv(end, Long.SIZE));
        Pads.clear(into, row);
    }

    /**
     * Draws the bits of {@code count} numbers, from neuron {@code 64 * firstWord} on.
     *
     * @param into native memory for the count of neurons rounded up to 64
     */
    public static void bits(long key, MemorySegment into, int firstWord, int count) {
        if (SimdWidth.VECTOR) {
            long base = -(long) firstWord * Long.SIZE * Integer.BYTES;
            UniformRowVector.bits(key, into, base, firstWord, firstWord + Math.ceilDiv(count, Long.SIZE));
            return;
        }
        for (int i = 0; i < count; i++) {
            into.setAtIndex(ValueLayout.JAVA_INT, i, CounterRandom.bits(key, firstWord * Long.SIZE + i));
        }
    }

    public static void scalar(long key, FloatMatrix into, int row, int origin, int first, int end) {
        for (int neuron = first; neuron < end; neuron++) {
            Elements.set(into, row, neuron - origin, CounterRandom.uniform(key, neuron));
        }
    }
}
