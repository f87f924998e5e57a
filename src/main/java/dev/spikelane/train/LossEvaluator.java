package dev.spikelane.train;

/**
 * Computes a loss for one size of batch. It is for one thread at a time, as it has scratch memory of its own; threads
 * that share a batch have one each and take ranges of samples.
 */
public interface LossEvaluator {

    /**
     * Computes the terms of some samples and their gradients, both divided by {@link LossInput#divisor}.
     *
     * @param input what the loss reads, of the whole batch
     * @param first the first sample
     * @param end the sample behind the last
     * @param gradient receives the gradients: rows of the samples in {@code [first, end)}, at every step, are
     *     overwritten, in those matrices that are there
     * @param terms receives the term of each of these samples, at the sample's own index
     * @throws IllegalArgumentException if a label is not a class, or shapes do not fit what the evaluator was bound to
     * @throws IndexOutOfBoundsException if the samples are not all there
     */
    void evaluate(LossInput input, int first, int end, LossGradient gradient, double[] terms);

    /**
     * Computes the loss of all samples of the input and its gradient.
     *
     * @param input what the loss reads
     * @param gradient receives the gradients
     * @param terms receives the term of each sample; as long as the batch or longer
     * @return the sum of the terms, samples ascending
     */
    default double evaluate(LossInput input, LossGradient gradient, double[] terms) {
        evaluate(input, 0, input.batch(), gradient, terms);
        double sum = 0;
        for (int sample = 0; sample < input.batch(); sample++) {
            sum += terms[sample];
        }
        return sum;
    }
}
