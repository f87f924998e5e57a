package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;

/** The cost of spikes, equal for all of them. */
public final class SpikeRateTerm implements LossKind {

    private final LossShape shape;
    private final double factor;
    /** Gradients of the spikes of a step. */
    private final FloatMatrix row;

    public SpikeRateTerm(LossShape shape, double factor) {
        this.shape = shape;
        this.factor = factor;
        this.row = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        row.fill((float) (factor / input.divisor));
        FloatMatrix out = gradient.spikes();
        for (int sample = first; sample < end; sample++) {
            long spikes = 0;
            for (int step = 0; step < shape.steps(); step++) {
                spikes += input.spikes().count(step * input.batch + sample, 1);
            }
            terms[sample] = factor * spikes / input.divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (out != null) {
                LossTerms.toAllSteps(row, input, sample, out);
            }
        }
    }
}
