package dev.spikelane.golden;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/** Compares an output value by value and reports the first difference. */
final class GoldenComparison {

    private final String output;
    private final List<Integer> shape;
    private final String rule;

    /**
     * @param rule the allowed difference, for the message
     */
    GoldenComparison(String output, List<Integer> shape, String rule) {
        this.output = output;
        this.shape = shape;
        this.rule = rule;
    }

    static boolean isClose(float got, float want, double atol, double rtol) {
        if (Float.isNaN(want) || Float.isInfinite(want)) {
            return Float.compare(got, want) == 0;
        }
        return Math.abs((double) got - want) <= atol + rtol * Math.abs((double) want);
    }

    void requireLength(int got) {
        int want = GoldenArray.length(shape);
        if (got != want) {
            throw new AssertionError(output + " has " + got + " values, expected " + want + " " + shape);
        }
    }

    void requireSame(IntPredicate same, IntFunction<?> got, IntFunction<?> want) {
        int length = GoldenArray.length(shape);
        int first = -1;
        int different = 0;
        for (int i = 0; i < length; i++) {
            if (!same.test(i)) {
                first = different++ == 0 ? i : first;
            }
        }
        if (different > 0) {
            throw new AssertionError(output + " at " + index(first) + " is " + got.apply(first) + ", expected "
                    + want.apply(first) + " (" + rule + "); " + different + " of " + length + " differ");
        }
    }

    private String index(int flat) {
        List<String> labels = shape.size() == 3 ? List.of("step ", "batch ", "neuron ") : List.of();
        String[] parts = new String[shape.size()];
        int rest = flat;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            parts[axis] = (labels.isEmpty() ? "" : labels.get(axis)) + rest % shape.get(axis);
            rest /= shape.get(axis);
        }
        return "[" + String.join(", ", parts) + "]";
    }
}
