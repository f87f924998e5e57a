package dev.spikelane.train;

import dev.spikelane.kernel.update.SgdStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Gradient descent bound to a parameter, with the momentum that it keeps. */
final class SgdUpdate implements ParameterUpdate {

    private static final long ALIGNMENT = 64;

    private final SgdStep step;
    private final Map<String, MemorySegment> state;
    private long steps;

    SgdUpdate(Sgd sgd, MemorySegment parameter) {
        if (sgd.momentum() == 0) {
            state = Map.of();
            step = new SgdStep(parameter, sgd.weightDecay());
        } else {
            MemorySegment buffer = Arena.ofAuto().allocate(parameter.byteSize(), ALIGNMENT);
            state = Map.of("momentum_buffer", buffer);
            step = new SgdStep(parameter, buffer, sgd.momentum(), sgd.dampening(), sgd.nesterov(), sgd.weightDecay());
        }
    }

    @Override
    public void begin(double rate) {
        Sgd.requireRate(rate);
        steps++;
        step.begin(steps, rate);
    }

    @Override
    public void update(MemorySegment gradient, long first, long end) {
        Sgd.requireBegun(steps);
        step.update(gradient, first, end);
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void setSteps(long number) {
        steps = Sgd.requireSteps(number);
    }

    @Override
    public Map<String, MemorySegment> state() {
        return state;
    }
}
