package dev.spikelane.train;

import dev.spikelane.kernel.update.GradientSum;
import dev.spikelane.memory.FloatMatrix;

/** Values that are learned, their optimizer, and the sum of their gradients over the parts of a batch. */
final class TrainingParameter {

    private final String name;
    private final FloatMatrix values;
    private final ParameterUpdate update;
    private final FloatMatrix gradient;

    /**
     * Binds values.
     *
     * @param gradient receives the sums; that of the only part if there is one
     */
    TrainingParameter(String name, FloatMatrix values, ParameterUpdate update, FloatMatrix gradient) {
        this.name = name;
        this.values = values;
        this.update = update;
        this.gradient = gradient;
    }

    String name() {
        return name;
    }

    FloatMatrix values() {
        return values;
    }

    FloatMatrix gradient() {
        return gradient;
    }

    ParameterUpdate update() {
        return update;
    }

    /** Adds the gradient of a part, in ascending order of the parts. */
    void add(FloatMatrix part, boolean first) {
        if (part == gradient) {
            return;
        }
        if (first) {
            gradient.copyFrom(part);
        } else {
            GradientSum.add(gradient.segment(), part.segment());
        }
    }
}
