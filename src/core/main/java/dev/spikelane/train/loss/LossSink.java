package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Where a loss writes its gradients and its terms before samples are added up. A matrix that is null is not computed.
 *
 * @param spikes {@code [steps * batch x outputs]}
 * @param membranes {@code [steps * batch x outputs]}, before the reset
 * @param scores {@code [batch x outputs]}, the softmaxes of a sample's membranes, added up over the steps: what
 *     {@link ClassDecoder} goes by; only {@link StepEntropy} knows them
 */
public record LossSink(
        @Nullable FloatMatrix spikes,
        @Nullable FloatMatrix membranes,
        @Nullable FloatMatrix elements,
        @Nullable FloatMatrix scores) {

    public LossSink(@Nullable FloatMatrix spikes, @Nullable FloatMatrix membranes, @Nullable FloatMatrix elements) {
        this(spikes, membranes, elements, null);
    }

    /** Nothing but the terms. */
    public static final LossSink NONE = new LossSink(null, null, null);
}
