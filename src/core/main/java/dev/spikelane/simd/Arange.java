package dev.spikelane.simd;

/**
 * Terms of arithmetic progressions in float32, to the bit as torch gives them on an x86 CPU with AVX2:
 * {@code start + index * step} of {@code torch.arange(start, end, step)}, and those of
 * {@code torch.linspace(first, last, count)}.
 *
 * <p>For the former torch computes in float64 with a fused multiply-add, but of every whole 16 terms it writes two
 * vectors of 8, whose first terms it rounds to float32 before it counts on from there. So a term depends on how many
 * there are:
 * <pre>{@code
 * base        = float32(start + (index - index % 8) * step)      index < count - count % 16
 * term[index] = float32(base + index % 8 * step)
 * term[index] = float32(start + index * step)                    the other terms
 * }</pre>
 * This serves setting-up, some terms for each train of spikes, and is scalar only.
 */
public final class Arange {

    private static final int LANES = 8;
    private static final int BLOCK = 2 * LANES;

    private Arange() {}

    /**
     * Computes one term.
     *
     * @param start the term of index 0
     * @param step the difference of two terms
     * @param index the number of the term, in {@code [0, count)}
     * @param count how many terms there are
     * @return the term
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
     * Computes one of some numbers at equal distances, from both ends, each with one rounding:
     * {@code first + index * step} in the lower half, {@code last - (count - 1 - index) * step} in the upper one,
     * {@code step = (last - first) / (count - 1)}.
     *
     * @param first the number of index 0
     * @param last the number of index {@code count - 1}
     * @param index the number of the term, in {@code [0, count)}
     * @param count how many terms there are, at least 2
     * @return the term
     */
    public static float between(float first, float last, int index, int count) {
        float step = step(first, last, count);
        return index < count / 2
                ? FusedMultiplyAdd.of(step, index, first)
                : FusedMultiplyAdd.of(-step, count - 1 - index, last);
    }

    /** The distance of two of them. */
    public static float step(float first, float last, int count) {
        return (last - first) / (count - 1);
    }
}
