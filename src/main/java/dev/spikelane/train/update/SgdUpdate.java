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
        step = momentum == 0
                ? new SgdStep(parameter, weightDecay)
                : new SgdStep(parameter, keep("momentum_buffer"), momentum, dampening, nesterov, weightDecay);
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
