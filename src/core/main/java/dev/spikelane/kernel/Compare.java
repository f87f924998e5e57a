package dev.spikelane.kernel;

/** How a membrane is compared with its threshold. */
public enum Compare {
    /** A neuron fires above its threshold: {@code U > threshold}. */
    STRICT,
    /** A neuron fires at its threshold: {@code U >= threshold}. */
    INCLUSIVE
}
