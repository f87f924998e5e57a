package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;

/** Cross-entropy of scores that depend on all steps of a sample. */
public final class ScoreEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm term;
    private final SampleScores scores;
    private final FloatMatrix row;

    private ScoreEntropy(LossShape shape, SoftmaxTerm term, SampleScores scores) {
        this.shape = shape;
        this.term = term;
        this.scores = scores;
        this.row = FloatMatrix.zeros(1, term.classes());
    }

    /** Returns the loss of spike counts. */
    public static ScoreEntropy ofCounts(LossShape shape, SoftmaxTerm term, ClassBlocks blocks) {
        return new ScoreEntropy(shape, term, new CountScores(blocks));
    }

    /** Returns the loss of the highest membranes. */
    public static ScoreEntropy ofHighestMembranes(LossShape shape, SoftmaxTerm term) {
        return new ScoreEntropy(shape, term, new HighestMembranes(shape.outputs(), false));
    }

    /** Returns the loss of first spike times. */
    public static ScoreEntropy ofFirstSpikes(LossShape shape, SoftmaxTerm term, boolean reciprocal) {
        return new ScoreEntropy(shape, term, new FirstSpikeScores(shape.outputs(), reciprocal));
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, term.classes());
        float scale = (float) (1 / input.divisor);
        FloatMatrix out = scores.out(gradient);
        for (int sample = first; sample < end; sample++) {
            scores.read(input, sample, row);
            terms[sample] = term.take(row, 0, 1, 1, input.labels[sample]) / input.divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (out != null) {
                term.gradients(input.labels[sample], scale, row, 0, 1, 1);
                scores.back(input, sample, row, out);
            }
        }
    }
}
