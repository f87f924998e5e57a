package dev.spikelane.kernel;

/**
 * Resets of a neuron whose membrane was above its threshold. SUBTRACT, ZERO and NONE are snnTorch's
 * {@code reset_mechanism}; in its models other than Leaky, ZERO means CLEAR.
 */
public enum Reset {
    /** The threshold is subtracted, after decay and input. */
    SUBTRACT,
    /** The threshold is subtracted before decay and input, so that the neuron loses {@code beta * threshold}. */
    SUBTRACT_DECAYED,
    /** The old membrane becomes zero before decay and input, so this step's input is kept. */
    ZERO,
    /** The new membrane becomes zero, or the reset potential, and this step's input is lost. */
    CLEAR,
    /** No reset: the membrane only decays. */
    NONE;

    /** The time at which a spike resets its neuron. */
    public enum Time {
        /** At the next step, if the membrane was above the threshold before that step. snnTorch's default. */
        NEXT_STEP,
        /** At once, after the spike. SpikingJelly, Norse and sinabs do so. */
        SAME_STEP,
        /**
         * snnTorch's {@code reset_delay=False}: resets as NEXT_STEP with R, then by the difference S - R to the new
         * spike S. A neuron that was above its threshold and does not fire now gets its threshold added.
         */
        SAME_STEP_DIFFERENCE
    }
}
