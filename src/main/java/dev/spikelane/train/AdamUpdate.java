package dev.spikelane.train;

import dev.spikelane.kernel.update.AdamCoefficients;
import dev.spikelane.kernel.update.AdamStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adam bound to a parameter, with the two or three means that it keeps. */
final class AdamUpdate implements ParameterUpdate {

    private static final long ALIGNMENT = 64;

    private final AdamCoefficients coefficients;
    private final AdamStep step;
    private final Map<String, MemorySegment> state = new LinkedHashMap<>();
    private long steps;

    AdamUpdate(Adam adam, MemorySegment parameter) {
        coefficients =
                new AdamCoefficients(adam.beta1(), adam.beta2(), adam.epsilon(), adam.weightDecay(), adam.decoupled());
        Arena arena = Arena.ofAuto();
        MemorySegment mean = arena.allocate(parameter.byteSize(), ALIGNMENT);
        MemorySegment square = arena.allocate(parameter.byteSize(), ALIGNMENT);
        state.put("exp_avg", mean);
        state.put("exp_avg_sq", square);
        if (adam.amsgrad()) {
            MemorySegment most = arena.allocate(parameter.byteSize(), ALIGNMENT);
            state.put("max_exp_avg_sq", most);
            step = new AdamStep(coefficients, parameter, mean, square, most);
        } else {
            step = new AdamStep(coefficients, parameter, mean, square);
        }
    }

    @Override
    public void begin(double rate) {
        Sgd.requireRate(rate);
        steps++;
        coefficients.begin(steps, rate);
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
        return Collections.unmodifiableMap(state);
    }
}
