package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;

/** The common checks of evaluators. */
public final class LossTerms {

    private LossTerms() {}

    /** Writes a term of a sample, or of a sample and an output, if terms are requested. */
    public static void write(LossSink gradient, int row, int column, double term) {
        FloatMatrix elements = gradient.elements();
        if (elements != null) {
            elements.set(row, column, (float) term);
        }
    }

    public static void toAllSteps(FloatMatrix row, LossRows input, int sample, FloatMatrix gradient) {
        for (int step = 0; step < input.steps; step++) {
            int at = step * input.batch + sample;
            for (int output = 0; output < input.outputs; output++) {
                Elements.set(gradient, at, output, Elements.get(row, 0, output));
            }
        }
    }

    static void clear(LossRows input, int first, int end, FloatMatrix gradient) {
        for (int step = 0; step < input.steps; step++) {
            for (int sample = first; sample < end; sample++) {
                for (int output = 0; output < input.outputs; output++) {
                    Elements.set(gradient, step * input.batch + sample, output, 0);
                }
            }
        }
    }
}
