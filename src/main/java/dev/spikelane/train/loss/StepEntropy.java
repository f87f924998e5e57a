package dev.spikelane.train.loss;

import dev.spikelane.kernel.base.SpikeExpand;
import dev.spikelane.memory.FloatMatrix;

/** Cross-entropy of the spikes or the membranes of each step, whose terms are averaged over the steps or added up. */
public final class StepEntropy implements LossKind {

    private final LossShape shape;
    private final SoftmaxTerm term;
    private final ClassBlocks blocks;
    private final boolean ofSpikes;
    private final int together;
    /** What classes count at each step of a sample, and then its gradient; for spikes alone. */
    private final FloatMatrix counts;

    private final FloatMatrix fired;

    /** Of spikes, or of membranes, for some samples at a time. */
    public StepEntropy(LossShape shape, SoftmaxTerm term, ClassBlocks blocks, boolean ofSpikes) {
        this.shape = shape;
        this.term = term;
        this.blocks = blocks;
        this.ofSpikes = ofSpikes;
        this.together = term.samples();
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
        for (int sample = first; sample < end; sample += together) {
            int samples = Math.min(together, end - sample);
            take(input, sample, samples);
            for (int i = 0; i < samples; i++) {
                terms[sample + i] = term.sum(i, input.labels[sample + i]) / divisor;
                LossTerms.write(gradient, sample + i, 0, terms[sample + i]);
                if (scores != null) {
                    term.addUp(i, scores, sample + i);
                }
            }
            if (out != null) {
                write(input, sample, scale, out);
            }
        }
    }

    /** Takes all steps of some samples: of one where spikes are counted. */
    private void take(LossRows input, int sample, int samples) {
        if (!ofSpikes) {
            term.take(input.membranes(), sample, samples, input.batch, shape.steps());
            return;
        }
        for (int step = 0; step < shape.steps(); step++) {
            SpikeExpand.expand(input.spikes(), step * input.batch + sample, 1, fired);
            blocks.pool(fired, 0, counts, step);
        }
        term.take(counts, 0, 1, 1, shape.steps());
    }

    private void write(LossRows input, int sample, float scale, FloatMatrix out) {
        if (blocks.size() == 1) {
            term.gradients(input.labels, sample, scale, out, sample, input.batch);
            return;
        }
        term.gradients(input.labels, sample, scale, counts, 0, 1);
        for (int step = 0; step < shape.steps(); step++) {
            blocks.spread(counts, step, out, step * input.batch + sample);
        }
    }
}
