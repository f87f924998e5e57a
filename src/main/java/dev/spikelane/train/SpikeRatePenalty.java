package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.loss.LossShape;
import dev.spikelane.train.loss.LossTerms;

/**
 * A penalty on spikes: {@code factor * spikes}, added up over outputs, steps and samples and not averaged, as
 * snnTorch's {@code l1_rate_sparsity} has it. It needs no labels and fits any population.
 *
 * @param factor what one spike costs, finite
 */
record SpikeRatePenalty(double factor) implements Loss {

    SpikeRatePenalty {
        if (!Float.isFinite((float) factor)) {
            throw new IllegalArgumentException("factor is " + factor + ", expected a finite number");
        }
    }

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
    public double divisor(LossInput input) {
        return 1;
    }

    @Override
    public LossEvaluator bind(int steps, int batch, int outputs) {
        LossShape shape = new LossShape(steps, batch, outputs);
        FloatMatrix row = FloatMatrix.zeros(1, outputs);
        return LossInput.evaluator((input, first, end, gradient, terms) -> {
            shape.require(input, first, end, gradient, terms);
            row.fill((float) (factor / input.divisor));
            FloatMatrix out = gradient.spikes();
            for (int sample = first; sample < end; sample++) {
                long spikes = 0;
                for (int step = 0; step < steps; step++) {
                    spikes += input.spikes().count(step * input.batch + sample, 1);
                }
                terms[sample] = factor * spikes / input.divisor;
                LossTerms.write(gradient, sample, 0, terms[sample]);
                if (out != null) {
                    LossTerms.toAllSteps(row, input, sample, out);
                }
            }
        });
    }
}
