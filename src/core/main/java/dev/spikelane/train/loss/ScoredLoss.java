package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;

/** A cost of scores that depend on all steps of a sample. */
abstract class ScoredLoss extends LossKind {

    private final SampleScores scores;
    /** Scores of a sample, then their gradients. */
    final FloatMatrix row;

    ScoredLoss(LossShape shape, SampleScores scores, int classes) {
        super(shape);
        this.scores = scores;
        this.row = FloatMatrix.zeros(1, classes);
    }

    @Override
    final double term(LossRows input, int sample, LossSink gradient) {
        scores.read(input, sample, row);
        double term = cost(input, sample, gradient);
        FloatMatrix out = scores.out(gradient);
        if (out != null) {
            scores.back(input, sample, row, out);
        }
        return term;
    }

    /** Returns the cost of the scores in {@link #row}, and replaces them with their gradients. */
    abstract double cost(LossRows input, int sample, LossSink gradient);
}
