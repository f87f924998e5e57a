package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import org.jspecify.annotations.Nullable;

/** Inverted first spike times. The derivative of a time with respect to its spike counts as -1. */
record FirstSpikeScores(SpikeTimes times, boolean reciprocal) implements SampleScores {

    FirstSpikeScores(int outputs, boolean reciprocal) {
        this(new OwnSpikeTimes(1, outputs), reciprocal);
    }

    @Override
    public void read(LossRows input, int sample, FloatMatrix row) {
        times.find(input, sample);
        for (int output = 0; output < input.outputs; output++) {
            Elements.set(row, 0, output, inverse(times.get(0, output)));
        }
    }

    @Override
    public @Nullable FloatMatrix out(LossSink gradient) {
        return gradient.spikes();
    }

    @Override
    public void back(LossRows input, int sample, FloatMatrix row, FloatMatrix out) {
        LossTerms.clear(input, sample, sample + 1, out);
        for (int output = 0; output < input.outputs; output++) {
            int time = times.get(0, output);
            float slope = reciprocal ? inverse(time) * inverse(time) : 1;
            Elements.set(out, time * input.batch + sample, output, Elements.get(row, 0, output) * slope);
        }
    }

    private float inverse(int time) {
        return reciprocal ? 1f / (time + 1) : -time;
    }
}
