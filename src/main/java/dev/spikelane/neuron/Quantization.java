package dev.spikelane.neuron;

import java.util.Arrays;

/**
 * Levels that the state variables of neurons are rounded to before they fire, as {@code snntorch.functional.quant.state_quant} (0.9.4)
 * does: {@code x = the level with the smallest |level - x|}, the first of those. NaN, infinities, and numbers so large that float32 tells
 * no difference between the levels become the lowest level, as upstream. Immutable.
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

    /** The range of levels around a threshold. */
    private record Range(double threshold, double low, double high) {

        static Range of(float threshold, float lower, float upper) {
            if (!(threshold > 0) || !(lower >= 0) || !(upper >= 0) || !Float.isFinite(threshold + lower + upper)) {
                throw new IllegalArgumentException("threshold " + threshold + ", limits " + lower + " and " + upper
                        + ", expected a threshold above 0, limits from 0, and finite numbers");
            }
            double wide = threshold;
            return new Range(wide, -(wide + wide * lower), wide + wide * upper);
        }
    }

    /**
     * Makes {@code 2^bits} levels with equal distances, from {@code -threshold (1 + lower)} to {@code threshold (1 + upper)}.
     *
     * @param bits from 1 to 16
     * @param threshold above 0; snnTorch's default is 1
     * @param lower how far the lowest level is below the negative threshold, as a share of it; snnTorch's default is 0
     * @param upper how far the highest level is above the threshold, as a share of it; snnTorch's default is 0.2
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization uniform(int bits, float threshold, float lower, float upper) {
        float[] levels = new float[count(bits)];
        Range range = Range.of(threshold, lower, upper);
        float low = (float) range.low;
        float high = (float) range.high;
        float step = (high - low) / (levels.length - 1);
        for (int i = 0; i < levels.length; i++) {
            // From both ends, as torch.linspace.
            levels[i] = i < levels.length / 2 ? low + step * i : high - step * (levels.length - 1 - i);
        }
        return new Quantization("uniform " + describe(bits, threshold, lower, upper), levels);
    }

    /**
     * Makes {@code 2^bits} levels that lie densest around the threshold.
     *
     * @param bits from 1 to 16
     * @param threshold above 0
     * @param lower how far the lowest level is below the negative threshold, as a share of it
     * @param upper how far the highest level is above the threshold, as a share of it
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization aroundThreshold(int bits, float threshold, float lower, float upper) {
        return exponential("around threshold ", bits, threshold, lower, upper, threshold, base(bits));
    }

    /**
     * Makes {@code 2^bits} levels that lie densest around zero.
     *
     * @param bits from 1 to 16
     * @param threshold above 0
     * @param lower how far the lowest level is below the negative threshold, as a share of it
     * @param upper how far the highest level is above the threshold, as a share of it
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization aroundZero(int bits, float threshold, float lower, float upper) {
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
        return new Quantization("given", values.clone());
    }

    /**
     * Makes non-uniform levels whose distances shrink towards the center by another base than snnTorch's for the number of bits.
     *
     * @param bits from 1 to 16
     * @param threshold above 0
     * @param lower how far the lowest level is below the negative threshold, as a share of it
     * @param upper how far the highest level is above the threshold, as a share of it
     * @param thresholdCentered whether levels lie densest around the threshold or around zero
     * @param multiplier the base, above 0
     * @return the quantization
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Quantization nonUniform(
            int bits, float threshold, float lower, float upper, boolean thresholdCentered, double multiplier) {
        if (!(multiplier > 0) || !Double.isFinite(multiplier)) {
            throw new IllegalArgumentException("multiplier is " + multiplier + ", expected a finite number above 0");
        }
        return exponential(
                "non-uniform ", bits, threshold, lower, upper, thresholdCentered ? threshold : 0, multiplier);
    }

    /** The order of operations is that of upstream, in double. */
    private static Quantization exponential(
            String kind, int bits, float threshold, float lower, float upper, double center, double base) {
        int count = count(bits);
        Range range = Range.of(threshold, lower, upper);
        double below = center - range.low;
        int belowCount = (int) Math.floor(count * (below / (range.high - range.low)));
        int aboveCount = count - belowCount;
        double belowRoom = sum(base, belowCount) / below;
        double aboveRoom = sum(base, aboveCount) / (range.high - center);
        float[] levels = new float[count];
        int at = 0;
        double level = range.low;
        for (int j = 0; j < belowCount - 1; j++) {
            levels[at++] = (float) level;
            level += Math.pow(base, j) / belowRoom;
        }
        level = center;
        for (int j = aboveCount - 1; j >= 0; j--) {
            levels[at++] = (float) level;
            level += Math.pow(base, j) / aboveRoom;
        }
        levels[at++] = (float) level;
        return new Quantization(kind + describe(bits, threshold, lower, upper), Arrays.copyOf(levels, at));
    }

    private static double sum(double base, int count) {
        double sum = 0;
        for (int j = count - 1; j >= 0; j--) {
            sum += Math.pow(base, j);
        }
        return sum;
    }

    private static int count(int bits) {
        if (bits < 1 || bits > MOST_BITS) {
            throw new IllegalArgumentException("bits is " + bits + ", expected 1 to " + MOST_BITS);
        }
        return 1 << bits;
    }

    private static double base(int bits) {
        return BASES[Math.clamp(bits, 1, BASES.length) - 1];
    }

    private static String describe(int bits, float threshold, float lower, float upper) {
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
