package dev.spikelane.simd;

/**
 * The rule for an input of zero: it adds nothing, like a silent one. Times a weight that is not finite IEEE 754 makes
 * it NaN, so a product that visits all inputs would differ from one that takes only those that are not zero. Here such
 * a weight counts as 0 for such an input.
 */
public final class ZeroInputs {

    private ZeroInputs() {}

    /** The weight that an input is multiplied by: 0 if the input is zero and the weight is NaN or infinite. */
    public static float weight(float input, float weight) {
        return input == 0 && !Float.isFinite(weight) ? 0 : weight;
    }

    /** The sum and a product, rounded once. */
    public static float fma(float input, float weight, float sum) {
        return FusedMultiplyAdd.of(input, weight(input, weight), sum);
    }
}
