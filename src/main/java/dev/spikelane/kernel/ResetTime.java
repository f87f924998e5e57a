package dev.spikelane.kernel;

/** When a spike resets its neuron. */
public enum ResetTime {
    /**
     * At the next step: what resets is a membrane that was above the threshold before that step. snnTorch's default.
     */
    NEXT_STEP,
    /** At once, after the spike. SpikingJelly, Norse and sinabs do so. */
    SAME_STEP,
    /**
     * snnTorch's {@code reset_delay=False}: the reset of NEXT_STEP, and after the spike S the difference S - R to it. A
     * neuron that was above its threshold and does not fire now gets its threshold added.
     */
    SAME_STEP_DIFFERENCE
}
