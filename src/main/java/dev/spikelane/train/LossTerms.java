package dev.spikelane.train;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.memory.FloatMatrix;

/** What evaluators have in common. */
final class LossTerms {

    private LossTerms() {}

    /** Writes a term that belongs to a sample, or to a sample and an output, where they are asked for. */
    static void write(LossGradient gradient, int row, int column, double term) {
        FloatMatrix elements = gradient.elements().orElse(null);
        if (elements != null) {
            elements.set(row, column, (float) term);
        }
    }

    /** Copies one row to the rows of a sample at all steps. */
    static void toAllSteps(FloatMatrix row, LossInput input, int sample, FloatMatrix gradient) {
        for (int step = 0; step < input.steps(); step++) {
            int at = step * input.batch() + sample;
            for (int output = 0; output < input.outputs(); output++) {
                Elements.set(gradient, at, output, Elements.get(row, 0, output));
            }
        }
    }

    /** Clears the rows of some samples at all steps. */
    static void clear(LossInput input, int first, int end, FloatMatrix gradient) {
        for (int step = 0; step < input.steps(); step++) {
            for (int sample = first; sample < end; sample++) {
                for (int output = 0; output < input.outputs(); output++) {
                    Elements.set(gradient, step * input.batch() + sample, output, 0);
                }
            }
        }
    }
}
