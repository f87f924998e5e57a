package dev.spikelane.kernel.optimize;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Updates a parameter by Adam (D. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015), element by
 * element, with the numbers of {@link AdamCoefficients}, in float32 and unfused:
 *
 * <pre>{@code
 * g += (decay == 0 ? 0 : w) * decay                so that an infinite w stays infinite where nothing decays
 * m += (g - m) * toFirst
 * v = v * keepSecond + (g * g) * toSecond
 * x = max(x, v)                                    only with amsgrad, which then takes x for v below
 * w = w * shrink - (rate * m) / (sqrt(v) + epsilon)
 * }</pre>
 */
public final class AdamStep extends ParameterStep {

    final AdamCoefficients coefficients;
    final MemorySegment mean;
    final MemorySegment square;
    /** The largest means of squares, or the means themselves without amsgrad. */
    final MemorySegment most;

    final boolean amsgrad;

    /**
     * Binds the rule to memory, all of the same length.
     *
     * @param coefficients the numbers of the step, read at each update
     * @param parameter w
     * @param mean m, zeros before the first step
     * @param square v, zeros before the first step
     * @param most x, zeros before the first step; null without amsgrad
     * @throws IllegalArgumentException if lengths differ or memory is not native
     */
    public AdamStep(
            AdamCoefficients coefficients,
            MemorySegment parameter,
            MemorySegment mean,
            MemorySegment square,
            @Nullable MemorySegment most) {
        super(parameter);
        this.coefficients = coefficients;
        this.mean = kept("mean", mean);
        this.square = kept("square", square);
        this.amsgrad = most != null;
        this.most = most == null ? square : kept("most", most);
    }

    @Override
    long vector(MemorySegment gradient, long shift, long first, long end) {
        return AdamStepVector.update(this, gradient, shift, first, end);
    }

    @Override
    void scalar(MemorySegment gradient, long shift, long first, long end) {
        for (long i = first; i < end; i++) {
            float w = parameter.getAtIndex(JAVA_FLOAT, i);
            float g = gradient.get(JAVA_FLOAT, i * Float.BYTES + shift);
            g += (coefficients.decay != 0 ? w : 0) * coefficients.decay;
            float m = mean.getAtIndex(JAVA_FLOAT, i);
            m += (g - m) * coefficients.toFirst;
            mean.setAtIndex(JAVA_FLOAT, i, m);
            float v = square.getAtIndex(JAVA_FLOAT, i) * coefficients.keepSecond + g * g * coefficients.toSecond;
            square.setAtIndex(JAVA_FLOAT, i, v);
            if (amsgrad) {
                v = Math.max(most.getAtIndex(JAVA_FLOAT, i), v);
                most.setAtIndex(JAVA_FLOAT, i, v);
            }
            float root = (float) Math.sqrt(v) + coefficients.epsilon;
            parameter.setAtIndex(JAVA_FLOAT, i, w * coefficients.shrink - coefficients.rate * m / root);
        }
    }
}
