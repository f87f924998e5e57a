package dev.spikelane.neuron;

import dev.spikelane.memory.Parameter;
import dev.spikelane.simd.Arange;
import dev.spikelane.simd.Checks;
import java.util.Arrays;
import java.util.Objects;

/**
 * Levels that the state variables of neurons are rounded to before they fire, as
 * {@code snntorch.functional.quant.state_quant} (0.9.4) does: {@code x = the level with the smallest |level - x|}, the
 * first of those. NaN, infinities, and numbers so large that float32 tells no difference between the levels become the
 * lowest level, as upstream. Immutable.
 */
public final class Quantization {

    /** No quantization. */
    public static final Quantization NONE = new Quantization("none", new float[0]);

    private static final int MOST_BITS = 16;
    /** snnTorch's bases of the distances, for 1 bit, 2 bits, and so on; the last serves for more. */
    private static final double[] BASES = {0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.925, 0.95};

    private final String name;
    private final float[] levels;

    private Quantization(String name, float[] levels) {
        this.name = name;
        this.levels = levels;
    }

    /** The range of levels around a threshold, as Python computes it. */
    private record Range(double low, double high) {

        static Range of(double threshold, double lower, double upper) {
            if (!(threshold > 0)
                    || !Float.isFinite((float) (threshold + lower + upper))
                    || !(lower >= -1)
                    || !(upper > -1)) {
                throw new IllegalArgumentException("threshold " + threshold + ", limits " + lower + " and " + upper
                        + ", expected a threshold above 0, a lower limit from -1, an upper limit above "
                        + "-1, finite numbers");
            }
            return new Range(-threshold - threshold * lower, threshold + threshold * upper);
        }
    }

    /**
     * Makes {@code 2^bits} levels with equal distances, from {@code -threshold (1 + lower)} to
     * {@code threshold (1 + upper)}.
     *
     * @param bits from 1 to 16
     * @param threshold above 0; snnTorch's default is 1
     * @param lower how far the lowest level is below the negative threshold, as a share of it, from -1; snnTorch's
     *     default is 0
     * @param upper how far the highest level is above the threshold, as a share of it, above -1; snnTorch's default is
     *     0.2
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization uniform(int bits, double threshold, double lower, double upper) {
        float[] levels = new float[count(bits)];
        Range range = Range.of(threshold, lower, upper);
        float low = (float) range.low;
        float high = (float) range.high;
        for (int i = 0; i < levels.length; i++) {
            levels[i] = Arange.between(low, high, i, levels.length);
        }
        return new Quantization("uniform " + describe(bits, threshold, lower, upper), levels);
    }

    /**
     * Makes {@code 2^bits} levels that lie densest around the threshold; more where {@code upper} is below 0, as
     * upstream.
     *
     * @param bits from 1 to 16
     * @param threshold above 0
     * @param lower how far the lowest level is below the negative threshold, as a share of it, from -1
     * @param upper how far the highest level is above the threshold, as a share of it, above -1
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization aroundThreshold(int bits, double threshold, double lower, double upper) {
        return exponential("around threshold ", bits, threshold, lower, upper, threshold, base(bits));
    }

    /**
     * Makes {@code 2^bits} levels that lie densest around zero; with 1 bit and an {@code upper} above {@code lower}
     * three, as upstream.
     *
     * @param bits from 1 to 16
     * @param threshold above 0
     * @param lower how far the lowest level is below the negative threshold, as a share of it, from -1
     * @param upper how far the highest level is above the threshold, as a share of it, above -1
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization aroundZero(int bits, double threshold, double lower, double upper) {
        return exponential("around zero ", bits, threshold, lower, upper, 0, base(bits));
    }

    /**
     * Makes levels of any kind, such as snnTorch's non-uniform ones with a {@code multiplier} of one's own.
     *
     * @param values at least one finite level
     * @return the quantization
     * @throws IllegalArgumentException if there is no level, or one is NaN or infinite
     */
    public static Quantization of(float... values) {
        Parameter.of(values).requireFinite("level");
        return new Quantization(values.length + " given levels", values.clone());
    }

    /**
     * Makes levels of any kind that have a name, such as those that a file holds.
     *
     * @param name the name that {@link #toString} returns
     * @param values finite levels; none for {@link #NONE}, whatever the name
     * @return the quantization
     * @throws IllegalArgumentException if a level is NaN or infinite
     */
    public static Quantization named(String name, float... values) {
        if (values.length == 0) {
            return NONE;
        }
        Parameter.of(values).requireFinite("level");
        return new Quantization(Objects.requireNonNull(name, "name"), values.clone());
    }

    /**
     * Makes non-uniform levels whose distances shrink towards the center by another base than snnTorch's for the number
     * of bits.
     *
     * @param bits from 1 to 16
     * @param threshold above 0
     * @param lower how far the lowest level is below the negative threshold, as a share of it, from -1
     * @param upper how far the highest level is above the threshold, as a share of it, above -1
     * @param thresholdCentered whether levels lie densest around the threshold or around zero
     * @param multiplier the base, above 0
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization nonUniform(
            int bits, double threshold, double lower, double upper, boolean thresholdCentered, double multiplier) {
        Checks.finiteAboveZero("multiplier", multiplier);
        return exponential(
                (thresholdCentered ? "around threshold " : "around zero ") + "by multiplier " + multiplier + ", ",
                bits,
                threshold,
                lower,
                upper,
                thresholdCentered ? threshold : 0,
                multiplier);
    }

    /** Computes in double, in upstream's order of operations. */
    private static Quantization exponential(
            String kind, int bits, double threshold, double lower, double upper, double center, double base) {
        int count = count(bits);
        Range range = Range.of(threshold, lower, upper);
        double below = center - range.low;
        int belowCount = (int) Math.floor(count * (below / (range.high - range.low)));
        int aboveCount = count - belowCount;
        double belowRoom = sum(base, belowCount) / below;
        double aboveRoom = sum(base, aboveCount) / (range.high - center);
        float[] levels = new float[Math.max(belowCount - 1, 0) + Math.max(aboveCount, 0) + 1];
        int at = 0;
        double level = range.low;
        for (int j = 0; j < belowCount - 1; j++) {
            levels[at++] = (float) level;
            level += StrictMath.pow(base, j) / belowRoom;
        }
        level = center;
        for (int j = aboveCount - 1; j >= 0; j--) {
            levels[at++] = (float) level;
            level += StrictMath.pow(base, j) / aboveRoom;
        }
        levels[at] = (float) level;
        return new Quantization(kind + describe(bits, threshold, lower, upper), levels);
    }

    private static double sum(double base, int count) {
        double sum = 0;
        for (int j = count - 1; j >= 0; j--) {
            sum += StrictMath.pow(base, j);
        }
        return sum;
    }

    private static int count(int bits) {
        Checks.require(bits >= 1 && bits <= MOST_BITS, "bits", bits, "1 to " + MOST_BITS);
        return 1 << bits;
    }

    private static double base(int bits) {
        return BASES[Math.clamp(bits, 1, BASES.length) - 1];
    }

    private static String describe(int bits, double threshold, double lower, double upper) {
        return bits + " bits, threshold " + threshold + ", limits " + lower + " and " + upper;
    }

    /**
     * Returns the levels.
     *
     * @return a copy; none for {@link #NONE}
     */
    public float[] levels() {
        return levels.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Quantization quantization && Arrays.equals(levels, quantization.levels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(levels);
    }

    @Override
    public String toString() {
        return name;
    }
}
