package dev.spikelane.train.loss;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** Counts the spikes of the outputs of one sample. */
public final class OutputCounts {

    private final FloatMatrix counts;

    public OutputCounts(int outputs) {
        counts = FloatMatrix.zeros(1, outputs);
    }

    /** The counts over all steps, {@code [1 x outputs]}, until the next call. */
    public FloatMatrix count(LossRows input, int sample) {
        for (int output = 0; output < counts.columns(); output++) {
            Elements.set(counts, 0, output, 0);
        }
        SpikeMatrix spikes = input.spikes();
        for (int step = 0; step < input.steps; step++) {
            long row = spikes.rowOffset(step * input.batch + sample);
            for (int word = 0; word < spikes.stride(); word++) {
                long bits = spikes.segment().get(JAVA_LONG, row + (long) word * Long.BYTES);
                for (; bits != 0; bits &= bits - 1) {
                    int output = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    Elements.set(counts, 0, output, Elements.get(counts, 0, output) + 1);
                }
            }
        }
        return counts;
    }
}
