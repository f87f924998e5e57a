package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.ClipStep;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Limits gradients before an optimizer uses them, as {@code torch.nn.utils.clip_grad_norm_} and
 * {@code clip_grad_value_} do.
 *
 * @param how the limited number
 * @param most the limit, at least 0
 */
public record Clipping(How how, double most) {

    public enum How {
        NORM,
        /** The largest magnitude of all gradients; all of them are scaled by one factor. */
        LARGEST,
        VALUE
    }

    /** Torch adds this to a norm before it divides by the norm. */
    private static final double BESIDE_ZERO = 1e-6;

    public Clipping {
        Checks.require(most >= 0, "most", most, "at least 0");
    }

    /**
     * Creates a limiter of some parameters' gradients, in native float32 memory with zeros as padding. It allocates
     * nothing later.
     */
    public Clipper bind(List<MemorySegment> gradients) {
        return new Clipper(this, gradients);
    }

    /** Limits the gradients that it is bound to. Not thread-safe. */
    public static final class Clipper {

        private final Clipping clipping;
        private final MemorySegment[] gradients;
        private final ClipStep step = new ClipStep();

        private Clipper(Clipping clipping, List<MemorySegment> gradients) {
            this.clipping = clipping;
            this.gradients = gradients.toArray(MemorySegment[]::new);
        }

        /**
         * Limits the present gradients. Norms are multiplied by {@code min(1, most / (norm + 1e-6))}.
         *
         * @return the limited norm before, NaN or infinite if a gradient is; 0 if values are limited separately
         */
        public double clip() {
            if (clipping.how == How.VALUE) {
                for (MemorySegment gradient : gradients) {
                    ClipStep.limit(gradient, (float) clipping.most);
                }
                return 0;
            }
            double norm = clipping.how == How.NORM ? rootOfSquares() : largest();
            float factor = (float) Math.min(1, clipping.most / (norm + BESIDE_ZERO));
            if (factor != 1) {
                for (MemorySegment gradient : gradients) {
                    ClipStep.multiply(gradient, factor);
                }
            }
            return norm;
        }

        private double rootOfSquares() {
            double sum = 0;
            for (MemorySegment gradient : gradients) {
                sum += step.sumOfSquares(gradient);
            }
            return Math.sqrt(sum);
        }

        private double largest() {
            float largest = 0;
            for (MemorySegment gradient : gradients) {
                largest = Math.max(largest, ClipStep.largest(gradient));
            }
            return largest;
        }
    }
}
