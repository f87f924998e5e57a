package dev.spikelane.simd;

/**
 * Terms of arithmetic progressions in float32, with torch's bits on an x86 CPU with AVX2: {@code start + index * step}
 * of {@code torch.arange(start, end, step)}, and the terms of {@code torch.linspace(first, last, count)}.
 *
 * <p>For {@code arange} torch computes in float64 with a fused multiply-add. But it writes every whole 16 terms as two
 * vectors of 8, rounds the first term of each to float32, and counts on from there. So a term depends on the number of
 * terms:
 * <pre>{@code
 * base        = float32(start + (index - index % 8) * step)      index < count - count % 16
 * term[index] = float32(base + index % 8 * step)
 * term[index] = float32(start + index * step)                    the other terms
 * }</pre>
 *
 * <p>There is no vector variant: each train of spikes needs few terms.
 */
public final class Arange {

    private static final int LANES = 8;
    private static final int BLOCK = 2 * LANES;

    private Arange() {}

    /**
     * Computes one term of {@code arange}.
     *
     * @param index the number of the term, in {@code [0, count)}
     */
    public static float term(double start, double step, int index, int count) {
        if (index >= count - count % BLOCK) {
            return (float) FusedMultiplyAdd.of(step, index, start);
        }
        int lane = index % LANES;
        float base = (float) FusedMultiplyAdd.of(step, index - lane, start);
        return (float) FusedMultiplyAdd.of(step, lane, base);
    }

    /**
     * Computes one term of {@code linspace}, from the nearer end and with one rounding: {@code first + index * step} in
     * the lower half, {@code last - (count - 1 - index) * step} in the upper one,
     * {@code step = (last - first) / (count - 1)}.
     *
     * @param count the number of terms, at least 2
     */
    public static float between(float first, float last, int index, int count) {
        float step = step(first, last, count);
        return index < count / 2
                ? FusedMultiplyAdd.of(step, index, first)
                : FusedMultiplyAdd.of(-step, count - 1 - index, last);
    }

    public static float step(float first, float last, int count) {
        return (last - first) / (count - 1);
    }
}
