package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;

/** The cost of spikes, equal for all of them. */
public final class SpikeRateTerm extends LossKind {

    private final double factor;
    private final FloatMatrix row;

    public SpikeRateTerm(LossShape shape, double factor) {
        super(shape);
        this.factor = factor;
        this.row = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        row.fill((float) (factor / input.divisor));
    }

    @Override
    double term(LossRows input, int sample, LossSink gradient) {
        long spikes = 0;
        for (int step = 0; step < shape.steps(); step++) {
            spikes += input.spikes().count(step * input.batch + sample, 1);
        }
        FloatMatrix out = gradient.spikes();
        if (out != null) {
            LossTerms.toAllSteps(row, input, sample, out);
        }
        double term = factor * spikes / input.divisor;
        LossTerms.write(gradient, sample, 0, term);
        return term;
    }
}
