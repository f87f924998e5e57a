package dev.spikelane.simd;

/**
 * The rule for an input of zero: it adds nothing, like a silent one. IEEE 754 gives NaN for zero times infinity or NaN,
 * so a product over all inputs would differ from one over nonzero inputs. Here such a weight counts as 0 for an input
 * of zero.
 */
public final class ZeroInputs {

    private ZeroInputs() {}

    /** Returns the weight of an input: 0 if the input is zero and the weight is NaN or infinite. */
    public static float weight(float input, float weight) {
        return input == 0 && !Float.isFinite(weight) ? 0 : weight;
    }

    public static float fma(float input, float weight, float sum) {
        return FusedMultiplyAdd.of(input, weight(input, weight), sum);
    }
}
