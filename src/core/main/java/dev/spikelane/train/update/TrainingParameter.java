package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.GradientSum;
import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A learned value, its optimizer, and the sum of its gradients over the parts of a batch.
 *
 * @param gradient gets the sums; null if the optimizer takes gradients in parts
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

    /** Returns true if the gradient is stored, false if the optimizer takes it in parts. */
    public boolean isStored() {
        return gradient != null;
    }

    /** Adds the gradient of a part. Parts are added in ascending order. */
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
