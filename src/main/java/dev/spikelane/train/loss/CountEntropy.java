package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;

/** Cross-entropy of spike counts; every spike of an output has the same gradient. */
public final class CountEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm term;
    private final ClassBlocks blocks;
    private final OutputCounts counts;
    private final FloatMatrix row;
    private final FloatMatrix spread;

    public CountEntropy(LossShape shape, SoftmaxTerm term, ClassBlocks blocks) {
        this.shape = shape;
        this.term = term;
        this.blocks = blocks;
        this.counts = new OutputCounts(shape.outputs());
        this.row = FloatMatrix.zeros(1, term.classes());
        this.spread = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, term.classes());
        float scale = (float) (1 / input.divisor);
        FloatMatrix out = gradient.spikes();
        for (int sample = first; sample < end; sample++) {
            blocks.pool(counts.count(input, sample), 0, row, 0);
            terms[sample] = term.evaluate(row, 0, input.labels[sample], scale, row, 0) / input.divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (out != null) {
                blocks.spread(row, 0, spread, 0);
                LossTerms.toAllSteps(spread, input, sample, out);
            }
        }
    }
}
