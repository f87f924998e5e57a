package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;

/** A row of the uniform numbers of {@link CounterRandom}. */
public final class UniformRow {

    private UniformRow() {}

    /**
     * Draws the numbers of some neurons.
     *
     * @param origin the neuron of column 0, a multiple of 64
     * @param first the first neuron, a multiple of 64
     * @param end the end of the neurons, a multiple of 64 or that of the row
     */
    public static void draw(long key, FloatMatrix into, int row, int origin, int first, int end) {
        if (!SimdWidth.VECTOR) {
            scalar(key, into, row, origin, first, end);
            return;
        }
        long base = into.rowOffset(row) - (long) origin * Float.BYTES;
        BernoulliRowVector.uniforms(key, into.segment(), base, first / Long.SIZE, Math.ceilDiv(end, Long.SIZE));
        Pads.clear(into, row);
    }

    /** The specification: one neuron after the other. */
    public static void scalar(long key, FloatMatrix into, int row, int origin, int first, int end) {
        for (int neuron = first; neuron < end; neuron++) {
            Elements.set(into, row, neuron - origin, CounterRandom.uniform(key, neuron));
        }
    }
}
