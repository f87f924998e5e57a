package dev.spikelane.train;

import dev.spikelane.train.loss.LossShape;
import dev.spikelane.train.loss.SpikeRateTerm;

/** A cost of spikes, see {@link Loss#spikeRatePenalty}. */
record SpikeRatePenalty(double factor) implements Loss {

    @Override
    public String name() {
        return "l1_rate_sparsity";
    }

    @Override
    public boolean readsSpikes() {
        return true;
    }

    @Override
    public boolean readsMembranes() {
        return false;
    }

    @Override
    public double divisor(Input input) {
        return 1;
    }

    @Override
    public Computation bind(int steps, int batch, int outputs) {
        return Input.evaluator(new SpikeRateTerm(new LossShape(steps, batch, outputs), factor));
    }
}
