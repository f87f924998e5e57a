package dev.spikelane.kernel.product.integer;

/** What the scale of a row of integers follows from, while the floats are trained that they are rounded from. */
public enum ScaleRule {
    /** The largest magnitude, which is the greatest integer. */
    LARGEST,
    /** The mean magnitude; of ternary weights that of the larger ones. */
    MEAN,
    /** It is learned. */
    LEARNED
}
