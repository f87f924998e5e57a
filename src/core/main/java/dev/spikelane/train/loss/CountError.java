package dev.spikelane.train.loss;

import dev.spikelane.simd.Elements;

/** Squared errors of spike counts. All spikes of a class have the same gradient. */
final class CountError extends ScoredLoss {

    private final ErrorTargets targets;
    private final ErrorWeights weights;

    CountError(LossShape shape, ClassBlocks blocks, ErrorTargets targets, ErrorWeights weights) {
        super(shape, new CountScores(blocks), blocks.classes());
        this.targets = targets;
        this.weights = weights;
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        Labels.require(input, first, end, row.columns());
        weights.require(input, row.columns());
    }

    @Override
    double cost(LossRows input, int sample, LossSink gradient) {
        double divisor = input.divisor * shape.steps();
        double sum = 0;
        for (int c = 0; c < row.columns(); c++) {
            float error = Elements.get(row, 0, c) - targets.value(input.labels[sample], c);
            float weight = weights.of(input, sample, c);
            double term = (double) error * error * weight / divisor;
            LossTerms.write(gradient, sample, c, term);
            sum += term;
            Elements.set(row, 0, c, (float) (2.0 * error * weight / divisor));
        }
        return sum;
    }
}
