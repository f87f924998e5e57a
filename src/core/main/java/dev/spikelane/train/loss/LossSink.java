package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * The results of a loss: its gradients, and its terms before they are summed. A null matrix is not computed.
 *
 * @param spikes {@code [steps * batch x outputs]}
 * @param membranes {@code [steps * batch x outputs]}, before the reset
 * @param scores {@code [batch x outputs]}, sums over the steps of the membranes' softmaxes, which {@link ClassDecoder}
 *     reads; only {@link StepEntropy} computes them
 */
public record LossSink(
        @Nullable FloatMatrix spikes,
        @Nullable FloatMatrix membranes,
        @Nullable FloatMatrix elements,
        @Nullable FloatMatrix scores) {

    public LossSink(@Nullable FloatMatrix spikes, @Nullable FloatMatrix membranes, @Nullable FloatMatrix elements) {
        this(spikes, membranes, elements, null);
    }

    public static final LossSink NONE = new LossSink(null, null, null);
}
