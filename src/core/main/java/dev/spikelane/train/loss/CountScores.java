package dev.spikelane.train.loss;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import org.jspecify.annotations.Nullable;

/** Spike counts, summed over each block of outputs. All spikes of an output have the same gradient. */
record CountScores(ClassBlocks blocks, FloatMatrix ofOutputs) implements SampleScores {

    CountScores(ClassBlocks blocks) {
        this(blocks, FloatMatrix.zeros(1, blocks.outputs()));
    }

    @Override
    public void read(LossRows input, int sample, FloatMatrix row) {
        ofOutputs.fill(0);
        SpikeMatrix spikes = input.spikes();
        for (int step = 0; step < input.steps; step++) {
            long at = spikes.rowOffset(step * input.batch + sample);
            for (int word = 0; word < spikes.stride(); word++) {
                long bits = spikes.segment().get(JAVA_LONG, at + (long) word * Long.BYTES);
                for (; bits != 0; bits &= bits - 1) {
                    int output = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    Elements.set(ofOutputs, 0, output, Elements.get(ofOutputs, 0, output) + 1);
                }
            }
        }
        blocks.pool(ofOutputs, 0, row, 0);
    }

    @Override
    public @Nullable FloatMatrix out(LossSink gradient) {
        return gradient.spikes();
    }

    @Override
    public void back(LossRows input, int sample, FloatMatrix row, FloatMatrix out) {
        blocks.spread(row, 0, ofOutputs, 0);
        LossTerms.toAllSteps(ofOutputs, input, sample, out);
    }
}
