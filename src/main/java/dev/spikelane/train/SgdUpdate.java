package dev.spikelane.train;

import dev.spikelane.kernel.update.ParameterStep;
import dev.spikelane.kernel.update.SgdStep;
import java.lang.foreign.MemorySegment;

/** Gradient descent bound to a parameter, with the momentum that it keeps. */
final class SgdUpdate extends BoundUpdate {

    private final SgdStep step;

    SgdUpdate(Sgd sgd, MemorySegment parameter) {
        super(parameter);
        step = sgd.momentum() == 0
                ? new SgdStep(parameter, sgd.weightDecay())
                : new SgdStep(
                        parameter,
                        keep("momentum_buffer"),
                        sgd.momentum(),
                        sgd.dampening(),
                        sgd.nesterov(),
                        sgd.weightDecay());
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
