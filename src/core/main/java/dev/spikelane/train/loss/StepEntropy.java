package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SpikeExpand;

/** Cross-entropy of the spikes or the membranes of each step, averaged or summed over the steps. */
public final class StepEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm term;
    private final ClassBlocks blocks;
    private final boolean ofSpikes;
    /** Class counts at each step of a sample, later overwritten by their gradients; only for spikes. */
    private final FloatMatrix counts;

    private final FloatMatrix fired;

    public StepEntropy(LossShape shape, SoftmaxTerm term, ClassBlocks blocks, boolean ofSpikes) {
        this.shape = shape;
        this.term = term;
        this.blocks = blocks;
        this.ofSpikes = ofSpikes;
        this.counts = FloatMatrix.zeros(ofSpikes ? shape.steps() : 1, term.classes());
        this.fired = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        Labels.require(input, input.batch, "sample", first, end, term.classes());
        double divisor = input.divisor * (ofSpikes ? shape.steps() : 1);
        float scale = (float) (1 / divisor);
        FloatMatrix out = ofSpikes ? gradient.spikes() : gradient.membranes();
        FloatMatrix scores = gradient.scores();
        for (int sample = first; sample < end; sample++) {
            terms[sample] = take(input, sample) / divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (scores != null) {
                term.addUp(scores, sample);
            }
            if (out != null) {
                write(input, sample, scale, out);
            }
        }
    }

    /** Reads all steps of a sample, and returns the sum of their terms. */
    private double take(LossRows input, int sample) {
        int label = input.labels[sample];
        if (!ofSpikes) {
            return term.take(input.membranes(), sample, input.batch, shape.steps(), label);
        }
        for (int step = 0; step < shape.steps(); step++) {
            SpikeExpand.expand(input.spikes(), step * input.batch + sample, 1, fired);
            blocks.pool(fired, 0, counts, step);
        }
        return term.take(counts, 0, 1, shape.steps(), label);
    }

    private void write(LossRows input, int sample, float scale, FloatMatrix out) {
        int label = input.labels[sample];
        if (blocks.size() == 1) {
            term.gradients(label, scale, out, sample, input.batch, shape.steps());
            return;
        }
        term.gradients(label, scale, counts, 0, 1, shape.steps());
        for (int step = 0; step < shape.steps(); step++) {
            blocks.spread(counts, step, out, step * input.batch + sample);
        }
    }
}
