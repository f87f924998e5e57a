package dev.spikelane.encode;

/** How the spikes of a {@link TargetRate} lie in time. */
public enum FiringPattern {
    /** As evenly as steps allow. */
    REGULAR,
    /** At steps drawn uniformly, as many as regular ones; spikes drawn for the same step are one. */
    UNIFORM,
    /** At every step with the probability of the rate, independently. */
    POISSON
}
