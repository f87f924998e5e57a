package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.GradientSum;
import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Values that are learned, their optimizer, and the sum of their gradients over the parts of a batch.
 *
 * @param gradient receives the sums; that of the only part if there is one; null if the optimizer takes gradients as
 *     they come to be
 */
public record TrainingParameter(
        String name,
        FloatMatrix values,
        ParameterUpdate update,
        @Nullable FloatMatrix gradient) {

    @Override
    public FloatMatrix gradient() {
        return Objects.requireNonNull(gradient, "it is not stored");
    }

    /** Whether the gradient is stored; else the optimizer takes it as it comes to be. */
    public boolean isStored() {
        return gradient != null;
    }

    /** Adds the gradient of a part, in ascending order of the parts. */
    public void add(FloatMatrix part, boolean first) {
        FloatMatrix sum = gradient();
        if (part == sum) {
            return;
        }
        if (first) {
            sum.copyFrom(part);
        } else {
            GradientSum.add(sum.segment(), part.segment());
        }
    }
}
