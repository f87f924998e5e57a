package dev.spikelane.kernel.optimize;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Updates a parameter by gradient descent, element by element, in float32 and unfused:
 *
 * <pre>{@code
 * g += (decay == 0 ? 0 : w) * decay
 * b = b * momentum + g * take                      take = 1 - dampening, but 1 at the first step
 * w = w - rate * (nesterov ? g + b * momentum : b)
 * }</pre>
 *
 * <p>Without momentum there is no b and {@code w = w - rate * g}.
 */
public final class SgdStep extends ParameterStep {

    final float momentum;
    private final float take;
    final boolean nesterov;
    final float decay;
    /** The momentum, or the parameter itself without. */
    final MemorySegment buffer;

    final boolean remembers;
    float takeNow = 1;
    float rate;

    /**
     * Binds the rule to memory.
     *
     * @param parameter w
     * @param buffer b, as long as the parameter, zeros before the first step; null without momentum
     * @param momentum how much of b is kept
     * @param dampening the share of a gradient that does not enter b
     * @param nesterov whether the step looks ahead
     * @param decay how much weights decay
     * @throws IllegalArgumentException if lengths differ or memory is not native
     */
    public SgdStep(
            MemorySegment parameter,
            @Nullable MemorySegment buffer,
            double momentum,
            double dampening,
            boolean nesterov,
            double decay) {
        super(parameter);
        this.remembers = buffer != null;
        this.buffer = buffer == null ? parameter : kept("buffer", buffer);
        this.momentum = (float) momentum;
        this.take = (float) (1 - dampening);
        this.nesterov = nesterov;
        this.decay = (float) decay;
    }

    /**
     * Goes to a step.
     *
     * @param step its number, from 1
     * @param learningRate its learning rate
     */
    public void begin(long step, double learningRate) {
        takeNow = step == 1 ? 1 : take;
        rate = (float) learningRate;
    }

    @Override
    long vector(MemorySegment gradient, long shift, long first, long end) {
        return SgdStepVector.update(this, gradient, shift, first, end);
    }

    @Override
    void scalar(MemorySegment gradient, long shift, long first, long end) {
        for (long i = first; i < end; i++) {
            float w = parameter.getAtIndex(JAVA_FLOAT, i);
            float g = gradient.get(JAVA_FLOAT, i * Float.BYTES + shift);
            g += (decay != 0 ? w : 0) * decay;
            float step = g;
            if (remembers) {
                float b = buffer.getAtIndex(JAVA_FLOAT, i) * momentum + g * takeNow;
                buffer.setAtIndex(JAVA_FLOAT, i, b);
                step = nesterov ? g + b * momentum : b;
            }
            parameter.setAtIndex(JAVA_FLOAT, i, w - rate * step);
        }
    }
}
