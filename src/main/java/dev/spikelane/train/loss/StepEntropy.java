package dev.spikelane.train.loss;

import dev.spikelane.kernel.base.SpikeExpand;
import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/** Cross-entropy of the spikes or the membranes of each step, whose terms are averaged over the steps or added up. */
public final class StepEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm term;
    private final ClassBlocks blocks;
    private final boolean ofSpikes;
    private final FloatMatrix spikes;
    private final FloatMatrix row;

    public StepEntropy(LossShape shape, SoftmaxTerm term, ClassBlocks blocks, boolean ofSpikes) {
        this.shape = shape;
        this.term = term;
        this.blocks = blocks;
        this.ofSpikes = ofSpikes;
        this.spikes = FloatMatrix.zeros(1, shape.outputs());
        this.row = FloatMatrix.zeros(1, term.classes());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, term.classes());
        double divisor = input.divisor * (ofSpikes ? shape.steps() : 1);
        float scale = (float) (1 / divisor);
        FloatMatrix out = ofSpikes ? gradient.spikes() : gradient.membranes();
        for (int sample = first; sample < end; sample++) {
            double sum = 0;
            for (int step = 0; step < shape.steps(); step++) {
                int at = step * input.batch + sample;
                if (out != null && blocks.size() == 1) {
                    sum += one(input, at, sample, scale, out, at);
                } else {
                    sum += one(input, at, sample, scale, row, 0);
                    spread(out, at);
                }
            }
            terms[sample] = sum / divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
        }
    }

    /** The term of one row, whose gradient goes to a row of another matrix. */
    private double one(LossRows input, int at, int sample, float scale, FloatMatrix gradient, int to) {
        int label = input.labels[sample];
        if (!ofSpikes) {
            return term.evaluate(input.membranes(), at, label, scale, gradient, to);
        }
        SpikeExpand.expand(input.spikes(), at, 1, spikes);
        if (blocks.size() == 1) {
            return term.evaluate(spikes, 0, label, scale, gradient, to);
        }
        blocks.pool(spikes, 0, row, 0);
        return term.evaluate(row, 0, label, scale, gradient, to);
    }

    private void spread(@Nullable FloatMatrix out, int at) {
        if (out != null) {
            blocks.spread(row, 0, out, at);
        }
    }
}
