package dev.spikelane.train.loss;

/** A loss of the library, bound to one size of batch. */
public interface LossKind {

    /** Computes the terms of the samples in {@code [first, end)} and their gradients, divided by the divisor. */
    void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms);
}
