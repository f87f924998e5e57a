package dev.spikelane.train;

/** What becomes of the terms of a loss. */
public enum Reduction {
    /** Their mean, which the loss defines. */
    MEAN,
    /** Their sum. */
    SUM,
    /** They stay apart, see {@link LossGradient#elements}; their sum is what training makes small. */
    NONE
}
