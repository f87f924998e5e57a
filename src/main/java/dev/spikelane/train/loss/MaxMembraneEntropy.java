package dev.spikelane.train.loss;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.memory.FloatMatrix;

/** Cross-entropy of the highest membranes; the gradient goes to the first step that has them. */
public final class MaxMembraneEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm term;
    private final int[] steps;
    private final FloatMatrix row;

    public MaxMembraneEntropy(LossShape shape, SoftmaxTerm term) {
        this.shape = shape;
        this.term = term;
        this.steps = new int[shape.outputs()];
        this.row = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, term.classes());
        float scale = (float) (1 / input.divisor);
        FloatMatrix out = gradient.membranes();
        if (out != null) {
            LossTerms.clear(input, first, end, out);
        }
        for (int sample = first; sample < end; sample++) {
            highest(input, sample, row, steps);
            terms[sample] = term.evaluate(row, 0, input.labels[sample], scale, row, 0) / input.divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (out != null) {
                for (int output = 0; output < shape.outputs(); output++) {
                    int at = steps[output] * input.batch + sample;
                    Elements.set(out, at, output, Elements.get(row, 0, output));
                }
            }
        }
    }

    /**
     * The highest membrane of each output and the first step that has it; a NaN is higher than anything, as in PyTorch.
     */
    public static void highest(LossRows input, int sample, FloatMatrix highest, int[] steps) {
        FloatMatrix membranes = input.membranes();
        for (int output = 0; output < input.outputs; output++) {
            float most = Elements.get(membranes, sample, output);
            int at = 0;
            for (int step = 1; step < input.steps && !Float.isNaN(most); step++) {
                float membrane = Elements.get(membranes, step * input.batch + sample, output);
                if (!(membrane <= most)) {
                    most = membrane;
                    at = step;
                }
            }
            Elements.set(highest, 0, output, most);
            steps[output] = at;
        }
    }
}
