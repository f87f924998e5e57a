package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.AdamCoefficients;
import dev.spikelane.kernel.optimize.AdamStep;
import dev.spikelane.kernel.optimize.ParameterStep;
import java.lang.foreign.MemorySegment;

/** Adam bound to a parameter, with the two or three means that it keeps. */
public final class AdamUpdate extends BoundUpdate {

    private final AdamCoefficients coefficients;
    private final AdamStep step;

    public AdamUpdate(MemorySegment parameter, AdamCoefficients coefficients, boolean amsgrad) {
        super(parameter);
        this.coefficients = coefficients;
        MemorySegment mean = keep("exp_avg");
        MemorySegment square = keep("exp_avg_sq");
        step = new AdamStep(coefficients, parameter, mean, square, amsgrad ? keep("max_exp_avg_sq") : null);
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
