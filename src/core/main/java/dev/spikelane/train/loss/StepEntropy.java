package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SpikeExpand;

/** Cross-entropy of the spikes or the membranes of each step, averaged or summed over the steps. */
public final class StepEntropy extends LossKind {

    private final SoftmaxTerm entropy;
    private final ClassBlocks blocks;
    private final boolean ofSpikes;
    /** Class counts at each step of a sample, later overwritten by their gradients; only for spikes. */
    private final FloatMatrix counts;

    private final FloatMatrix fired;

    public StepEntropy(LossShape shape, SoftmaxTerm entropy, ClassBlocks blocks, boolean ofSpikes) {
        super(shape);
        this.entropy = entropy;
        this.blocks = blocks;
        this.ofSpikes = ofSpikes;
        this.counts = FloatMatrix.zeros(ofSpikes ? shape.steps() : 1, entropy.classes());
        this.fired = FloatMatrix.zeros(1, shape.outputs());
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        Labels.require(input, first, end, entropy.classes());
    }

    @Override
    double term(LossRows input, int sample, LossSink gradient) {
        double divisor = input.divisor * (ofSpikes ? shape.steps() : 1);
        FloatMatrix out = ofSpikes ? gradient.spikes() : gradient.membranes();
        FloatMatrix scores = gradient.scores();
        double term = take(input, sample) / divisor;
        LossTerms.write(gradient, sample, 0, term);
        if (scores != null) {
            entropy.addUp(scores, sample);
        }
        if (out != null) {
            write(input, sample, (float) (1 / divisor), out);
        }
        return term;
    }

    private double take(LossRows input, int sample) {
        int label = input.labels[sample];
        if (!ofSpikes) {
            return entropy.take(input.membranes(), sample, input.batch, shape.steps(), label);
        }
        for (int step = 0; step < shape.steps(); step++) {
            SpikeExpand.expand(input.spikes(), step * input.batch + sample, 1, fired);
            blocks.pool(fired, 0, counts, step);
        }
        return entropy.take(counts, 0, 1, shape.steps(), label);
    }

    private void write(LossRows input, int sample, float scale, FloatMatrix out) {
        int label = input.labels[sample];
        if (blocks.size() == 1) {
            entropy.gradients(label, scale, out, sample, input.batch, shape.steps());
            return;
        }
        entropy.gradients(label, scale, counts, 0, 1, shape.steps());
        for (int step = 0; step < shape.steps(); step++) {
            blocks.spread(counts, step, out, step * input.batch + sample);
        }
    }
}
