package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import org.jspecify.annotations.Nullable;

/** The mean over all steps of the membranes' cross-entropy, and of their squared distance from a number. */
public final class EfficientEntropy extends LossKind {

    private final SoftmaxTerm entropy;
    private final double share;
    private final double target;

    public EfficientEntropy(LossShape shape, double share, double target) {
        super(shape);
        this.entropy = new SoftmaxTerm(shape.outputs(), shape.steps(), null, 0);
        this.share = share;
        this.target = target;
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        Labels.require(input, first, end, shape.outputs());
    }

    @Override
    double term(LossRows input, int sample, LossSink gradient) {
        double ofEntropy = (1 - share) / (shape.steps() * input.divisor);
        double ofDistance = share / ((double) shape.steps() * shape.outputs() * input.divisor);
        FloatMatrix out = gradient.membranes();
        int label = input.labels[sample];
        double sum = ofEntropy * entropy.take(input.membranes(), sample, input.batch, shape.steps(), label);
        if (out != null) {
            entropy.gradients(label, (float) ofEntropy, out, sample, input.batch, shape.steps());
        }
        for (int step = 0; step < shape.steps(); step++) {
            sum += distances(input, step * input.batch + sample, ofDistance, out);
        }
        LossTerms.write(gradient, sample, 0, sum);
        return sum;
    }

    private double distances(LossRows input, int row, double scale, @Nullable FloatMatrix out) {
        double sum = 0;
        for (int output = 0; output < shape.outputs(); output++) {
            double distance = Elements.get(input.membranes(), row, output) - target;
            sum += distance * distance;
            if (out != null) {
                float before = Elements.get(out, row, output);
                Elements.set(out, row, output, before + (float) (2 * distance * scale));
            }
        }
        return sum * scale;
    }
}
