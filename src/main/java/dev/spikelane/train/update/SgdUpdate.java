package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.ParameterStep;
import dev.spikelane.kernel.optimize.SgdStep;
import java.lang.foreign.MemorySegment;

/** Gradient descent bound to a parameter, with the momentum that it keeps. */
public final class SgdUpdate extends BoundUpdate {

    private final SgdStep step;

    /** Binds the rule. */
    public SgdUpdate(MemorySegment parameter, double momentum, double dampening, boolean nesterov, double weightDecay) {
        super(parameter);
        MemorySegment buffer = momentum == 0 ? null : keep("momentum_buffer");
        step = new SgdStep(parameter, buffer, momentum, dampening, nesterov, weightDecay);
    }

    @Override
    ParameterStep step() {
        return step;
    }

    @Override
    void begin(long number, double rate) {
        step.begin(number, rate);
    }
}
