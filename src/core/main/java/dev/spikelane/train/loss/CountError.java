package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;

/** Squared errors of spike counts. All spikes of a class have the same gradient. */
final class CountError implements LossKind {

    private final LossShape shape;
    private final ClassBlocks blocks;
    private final ErrorTargets targets;
    private final ErrorWeights weights;
    private final CountScores counts;
    private final FloatMatrix row;

    CountError(LossShape shape, ClassBlocks blocks, ErrorTargets targets, ErrorWeights weights) {
        this.shape = shape;
        this.blocks = blocks;
        this.targets = targets;
        this.weights = weights;
        this.counts = new CountScores(blocks);
        this.row = FloatMatrix.zeros(1, blocks.classes());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, blocks.classes());
        weights.require(input, blocks.classes());
        double divisor = input.divisor * shape.steps();
        FloatMatrix out = gradient.spikes();
        for (int sample = first; sample < end; sample++) {
            counts.read(input, sample, row);
            double sum = 0;
            for (int c = 0; c < blocks.classes(); c++) {
                float error = Elements.get(row, 0, c) - targets.value(input.labels[sample], c);
                float weight = weights.of(input, sample, c);
                double term = (double) error * error * weight / divisor;
                LossTerms.write(gradient, sample, c, term);
                sum += term;
                Elements.set(row, 0, c, (float) (2.0 * error * weight / divisor));
            }
            terms[sample] = sum;
            if (out != null) {
                counts.back(input, sample, row, out);
            }
        }
    }
}
