package dev.spikelane.bench;

/** Who takes part in a {@link Work}. */
public enum Contestant {
    /** The library. */
    JAVA,
    /** The library's scalar kernels: the specification. */
    SCALAR,
    /** C kernels of the same algorithm. */
    YARDSTICK,
    /** Not the work, but the least that it takes: its loads and additions from L1, or its rounds of random bits, and no more. */
    ROOFLINE
}
