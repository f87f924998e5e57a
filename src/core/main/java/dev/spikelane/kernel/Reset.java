package dev.spikelane.kernel;

/**
 * What a reset does to the membrane of a neuron that was above its threshold. SUBTRACT, ZERO and NONE are snnTorch's
 * {@code reset_mechanism}; by ZERO its models other than Leaky mean what is CLEAR here.
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
    /** Nothing: the membrane only decays. */
    NONE;

    /** When a spike resets its neuron. */
    public enum Time {
        /**
         * At the next step: what resets is a membrane that was above the threshold before that step. snnTorch's
         * default.
         */
        NEXT_STEP,
        /** At once, after the spike. SpikingJelly, Norse and sinabs do so. */
        SAME_STEP,
        /**
         * snnTorch's {@code reset_delay=False}: the reset of NEXT_STEP, and after the spike S the difference S - R to
         * it. A neuron that was above its threshold and does not fire now gets its threshold added.
         */
        SAME_STEP_DIFFERENCE
    }
}
