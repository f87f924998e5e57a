package dev.spikelane.kernel.optimize;

import java.util.HashMap;
import java.util.Map;

/**
 * The update of a parameter by an optimizer, element by element: a text of {@link dev.spikelane.equation}, in float32
 * and unfused, and its numbers. The text's first variable is the parameter, and the others are kept from step to step.
 * The input {@code g} is the gradient.
 */
public abstract sealed class OptimizerRule permits AdamRule, SgdRule {

    final String text;
    final Map<String, float[]> numbers = new HashMap<>();

    OptimizerRule(String text) {
        this.text = text;
    }

    /** Sets a number of the text, rounded once. */
    final void set(String name, double value) {
        numbers.computeIfAbsent(name, _ -> new float[1])[0] = (float) value;
    }

    /**
     * Computes the numbers of a step.
     *
     * @param step the number of the step, from 1
     * @param learningRate its learning rate
     */
    public abstract void begin(long step, double learningRate);
}
