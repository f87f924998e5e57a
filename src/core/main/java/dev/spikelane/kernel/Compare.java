package dev.spikelane.kernel;

/** Comparisons of a membrane with its threshold. */
public enum Compare {
    /** A neuron fires above its threshold: {@code U > threshold}. */
    STRICT,
    /** A neuron fires at its threshold: {@code U >= threshold}. */
    INCLUSIVE
}
