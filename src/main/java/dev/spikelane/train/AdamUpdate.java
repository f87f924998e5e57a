package dev.spikelane.train;

import dev.spikelane.kernel.update.AdamCoefficients;
import dev.spikelane.kernel.update.AdamStep;
import dev.spikelane.kernel.update.ParameterStep;
import java.lang.foreign.MemorySegment;

/** Adam bound to a parameter, with the two or three means that it keeps. */
final class AdamUpdate extends BoundUpdate {

    private final AdamCoefficients coefficients;
    private final AdamStep step;

    AdamUpdate(Adam adam, MemorySegment parameter) {
        super(parameter);
        coefficients =
                new AdamCoefficients(adam.beta1(), adam.beta2(), adam.epsilon(), adam.weightDecay(), adam.decoupled());
        MemorySegment mean = keep("exp_avg");
        MemorySegment square = keep("exp_avg_sq");
        step = adam.amsgrad()
                ? new AdamStep(coefficients, parameter, mean, square, keep("max_exp_avg_sq"))
                : new AdamStep(coefficients, parameter, mean, square);
    }

    @Override
    ParameterStep step() {
        return step;
    }

    @Override
    void begin(long number, double rate) {
        coefficients.begin(number, rate);
    }
}
