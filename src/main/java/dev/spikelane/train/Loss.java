package dev.spikelane.train;

import dev.spikelane.train.loss.LossShape;
import dev.spikelane.train.loss.SpikeRateTerm;

/**
 * What training makes small: a number computed from the spikes or membranes of a population over all steps, and its
 * gradient.
 *
 * <p>{@link CrossEntropyLoss}, {@link SquaredErrorLoss} and {@link #spikeRatePenalty} have snnTorch's functions. A loss
 * is an immutable description. {@link #bind} makes what computes it for one size of batch, without allocating from then
 * on. A loss of one's own implements this interface.
 *
 * <p>The loss of a batch is a sum over its samples, each term divided by a number that belongs to the whole batch and
 * is known before the first sample is seen ({@link #divisor}). So parts of a batch can be computed apart, and their
 * sums added in ascending order.
 */
public interface Loss {

    /**
     * Returns a penalty on spikes: {@code factor * spikes}, added up over outputs, steps and samples and not averaged,
     * as snnTorch's {@code l1_rate_sparsity} has it. It needs no labels and fits any population.
     *
     * @param factor what one spike costs, finite; 1e-5 is snnTorch's default
     * @return the loss
     * @throws IllegalArgumentException if the factor is not finite in float32
     */
    static Loss spikeRatePenalty(double factor) {
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
            public double divisor(LossInput input) {
                return 1;
            }

            @Override
            public LossEvaluator bind(int steps, int batch, int outputs) {
                return LossInput.evaluator(new SpikeRateTerm(new LossShape(steps, batch, outputs), factor));
            }
        }
        if (!Float.isFinite((float) factor)) {
            throw new IllegalArgumentException("factor is " + factor + ", expected a finite number");
        }
        return new SpikeRatePenalty(factor);
    }

    /**
     * Returns the name.
     *
     * @return a name for files and messages, such as {@code ce_rate_loss}
     */
    String name();

    /**
     * Tells whether the loss reads the population's spikes, and so gives a gradient with respect to them.
     *
     * @return whether {@link LossInput#spikes} must be there
     */
    boolean readsSpikes();

    /**
     * Tells whether the loss reads the population's membranes, and so gives a gradient with respect to them.
     *
     * @return whether {@link LossInput#membranes} must be there
     */
    boolean readsMembranes();

    /**
     * Returns the decoding for which this loss trains.
     *
     * @return how outputs should become classes; {@link Decoding#NONE} if the loss is not about classes
     */
    default Decoding decoding() {
        return Decoding.NONE;
    }

    /**
     * Returns the number of classes that labels may name.
     *
     * @param outputs neurons of the population
     * @return classes, fewer than {@code outputs} for a population code
     * @throws IllegalArgumentException if the loss does not fit as many outputs
     */
    default int classes(int outputs) {
        return outputs;
    }

    /**
     * Computes the number by which every term is divided, by default the number of samples. It depends on the whole
     * batch and nothing that the network computes.
     *
     * @param input labels or targets of the whole batch, and its size; spikes and membranes are not read
     * @return the divisor
     */
    default double divisor(LossInput input) {
        return input.batch();
    }

    /**
     * Makes what computes this loss.
     *
     * @param steps time steps, at least 1
     * @param batch the most samples, at least 1
     * @param outputs neurons of the population, at least 1
     * @return the evaluator, for one thread at a time
     * @throws IllegalArgumentException if the loss does not fit as many outputs
     */
    LossEvaluator bind(int steps, int batch, int outputs);
}
