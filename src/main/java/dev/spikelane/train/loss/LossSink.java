package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Where a loss writes its gradients and its terms before samples are added up. A matrix that is null is not computed.
 *
 * @param spikes {@code [steps * batch x outputs]}
 * @param membranes {@code [steps * batch x outputs]}, before the reset
 */
public record LossSink(
        @Nullable FloatMatrix spikes,
        @Nullable FloatMatrix membranes,
        @Nullable FloatMatrix elements) {

    /** Nothing but the terms. */
    public static final LossSink NONE = new LossSink(null, null, null);
}
