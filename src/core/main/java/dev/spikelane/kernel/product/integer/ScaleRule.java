package dev.spikelane.kernel.product.integer;

/** Rules for the scale of a row of integers during the training of the floats that they are rounded from. */
public enum ScaleRule {
    /** The largest magnitude becomes the greatest integer. */
    LARGEST,
    /** The scale follows the mean magnitude; for ternary weights, the mean of the larger ones. */
    MEAN,
    /** The scale is learned. */
    LEARNED
}
