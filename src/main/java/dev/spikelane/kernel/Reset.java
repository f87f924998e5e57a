package dev.spikelane.kernel;

/** What happens to the membrane of a neuron that was above its threshold; snnTorch's {@code reset_mechanism}. */
public enum Reset {
    /** The threshold is subtracted, after decay and input. */
    SUBTRACT,
    /** The old membrane becomes zero before decay and input, so this step's input is kept. */
    ZERO,
    /** Nothing: the membrane only decays. */
    NONE
}
