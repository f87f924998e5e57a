package dev.spikelane.train.loss;

/**
 * A loss of the library, bound to one size of batch. Each sample has one term:
 *
 * <pre>{@code
 * prepare(input)
 * for each sample: terms[sample] = term(input, sample)  // and its gradients, divided by the divisor
 * }</pre>
 */
public abstract class LossKind {

    final LossShape shape;

    LossKind(LossShape shape) {
        this.shape = shape;
    }

    /** Computes the terms of the samples in {@code [first, end)} and their gradients. */
    public final void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms.length);
        prepare(input, first, end, gradient);
        for (int sample = first; sample < end; sample++) {
            terms[sample] = term(input, sample, gradient);
        }
    }

    abstract void prepare(LossRows input, int first, int end, LossSink gradient);

    /** Returns the term of a sample, and writes its elements and gradients. */
    abstract double term(LossRows input, int sample, LossSink gradient);
}
