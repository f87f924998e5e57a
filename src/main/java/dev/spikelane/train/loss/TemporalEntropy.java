package dev.spikelane.train.loss;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.memory.FloatMatrix;

/** Cross-entropy of inverted first spike times. The derivative of a time with respect to its spike counts as -1. */
public final class TemporalEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm term;
    private final boolean reciprocal;
    private final SpikeTimes times;
    private final FloatMatrix row;

    public TemporalEntropy(LossShape shape, SoftmaxTerm term, boolean reciprocal) {
        this.shape = shape;
        this.term = term;
        this.reciprocal = reciprocal;
        this.times = new OwnSpikeTimes(1, shape.outputs());
        this.row = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, term.classes());
        times.prepare(input, first, end);
        float scale = (float) (1 / input.divisor);
        FloatMatrix out = gradient.spikes();
        if (out != null) {
            LossTerms.clear(input, first, end, out);
        }
        for (int sample = first; sample < end; sample++) {
            times.find(input, sample);
            for (int output = 0; output < shape.outputs(); output++) {
                Elements.set(row, 0, output, inverse(times.get(0, output)));
            }
            terms[sample] = term.evaluate(row, 0, input.labels[sample], scale, row, 0) / input.divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (out != null) {
                for (int output = 0; output < shape.outputs(); output++) {
                    int time = times.get(0, output);
                    float z = Elements.get(row, 0, output);
                    Elements.set(out, time * input.batch + sample, output, z * slope(time));
                }
            }
        }
    }

    private float inverse(int time) {
        return reciprocal ? 1f / (time + 1) : -time;
    }

    /** The derivative of the inverse, times that of the time. */
    private float slope(int time) {
        return reciprocal ? inverse(time) * inverse(time) : 1;
    }
}
