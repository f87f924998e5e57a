package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Where a loss writes. A matrix that is not there is not computed.
 *
 * @param spikes the gradient with respect to spikes, {@code [steps * batch x outputs]}, or null
 * @param membranes the gradient with respect to membranes, before the reset, {@code [steps * batch x outputs]}, or null
 * @param elements the terms of the loss before samples are added up, or null: {@code [batch x 1]} for cross-entropy, {@code [batch x outputs]} for
 *     squared errors, {@code [spikes * batch x outputs]} for those of several spike times
 */
public record LossGradient(
        @Nullable FloatMatrix spikes,
        @Nullable FloatMatrix membranes,
        @Nullable FloatMatrix elements) {

    /** Writes nothing but the terms: evaluation without training. */
    public static final LossGradient NONE = new LossGradient(null, null, null);

    /**
     * Makes a place for gradients.
     *
     * @param spikes {@code [steps * batch x outputs]}, or null
     * @param membranes {@code [steps * batch x outputs]}, or null
     */
    public LossGradient(@Nullable FloatMatrix spikes, @Nullable FloatMatrix membranes) {
        this(spikes, membranes, null);
    }
}
