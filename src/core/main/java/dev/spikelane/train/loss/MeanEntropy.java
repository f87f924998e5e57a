package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;

/** The cross-entropy of the mean of the membranes over all steps. */
public final class MeanEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm entropy;
    private final FloatMatrix mean;

    public MeanEntropy(LossShape shape) {
        this.shape = shape;
        this.entropy = new SoftmaxTerm(shape.outputs(), 1, null, 0);
        this.mean = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, shape.outputs());
        FloatMatrix out = gradient.membranes();
        for (int sample = first; sample < end; sample++) {
            int label = input.labels[sample];
            for (int output = 0; output < shape.outputs(); output++) {
                double sum = 0;
                for (int step = 0; step < shape.steps(); step++) {
                    sum += Elements.get(input.membranes(), step * input.batch + sample, output);
                }
                mean.set(0, output, (float) (sum / shape.steps()));
            }
            terms[sample] = entropy.take(mean, 0, 1, 1, label) / input.divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (out != null) {
                entropy.gradients(label, (float) (1 / (input.divisor * shape.steps())), mean, 0, 1, 1);
                LossTerms.toAllSteps(mean, input, sample, out);
            }
        }
    }
}
