package dev.spikelane.connection;

import dev.spikelane.simd.Checks;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of the synapses of a {@link Sparse} connection, its weights or its delays: one for all, a list, or random
 * ones. Immutable.
 *
 * <p>Random numbers are taken from {@value #QUANTILES} quantiles of a distribution, in the middle of equal shares, by
 * 16 bits of {@link dev.spikelane.random.CounterRandom}; so their bits are equal on any machine, and the tails of a
 * normal distribution end at 4.3 standard deviations. A delay is rounded to the nearest whole step; in a uniform
 * distribution of delays, all whole steps from the least to the greatest are equally likely.
 *
 * <p>Factories throw an {@link IllegalArgumentException} if a number is NaN or infinite.
 */
public final class Distribution {

    static final int QUANTILES = 1 << 16;
    private static final int HALVINGS = 80;

    private static final double[] TAIL_ABOVE = {
        -7.784894002430293e-03,
        -3.223964580411365e-01,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783
    };
    private static final double[] TAIL_BELOW = {
        7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1
    };
    private static final double[] MIDDLE_ABOVE = {
        -3.969683028665376e+01,
        2.209460984245205e+02,
        -2.759285104469687e+02,
        1.383577518672690e+02,
        -3.066479806614716e+01,
        2.506628277459239
    };
    private static final double[] MIDDLE_BELOW = {
        -5.447609879822406e+01,
        1.615858368580409e+02,
        -1.556989798598866e+02,
        6.680131188771972e+01,
        -1.328068155288572e+01,
        1
    };

    /** The kind of distribution, with the name of its second number in files; empty if there is none. */
    enum Kind {
        CONSTANT(""),
        UNIFORM("_greatest"),
        NORMAL("_deviation"),
        LOG_NORMAL("_deviation"),
        LIST("");

        private final String second;

        Kind(String second) {
            this.second = second;
        }
    }

    enum Bounds {
        NONE,
        CLIPPED,
        REDRAWN
    }

    private final Kind kind;
    private final double first;
    private final double second;

    private final Bounds bounds;
    private final double least;
    private final double most;
    private final float[] listed;
    /** The share of numbers below the lower bound, for redrawn numbers. */
    private final double shareBelow;

    private final double shareWithin;
    /** Cached tables, immutable after the first call. */
    private volatile float @Nullable [] weights;

    private volatile float @Nullable [] delays;

    private Distribution(
            Kind kind, double first, double second, Bounds bounds, double least, double most, float... listed) {
        this.kind = kind;
        this.first = first;
        this.second = second;
        this.bounds = bounds;
        this.least = least;
        this.most = most;
        this.listed = listed;
        this.shareBelow = bounds == Bounds.REDRAWN ? share(least) : 0;
        this.shareWithin = bounds == Bounds.REDRAWN ? share(most) - shareBelow : 1;
    }

    private static Distribution of(Kind kind, double first, double second) {
        for (double number : new double[] {first, second}) {
            Checks.require(Float.isFinite((float) number), "number", number, "a finite float");
        }
        if (kind == Kind.UNIFORM ? first > second : second < 0) {
            throw new IllegalArgumentException(
                    kind == Kind.UNIFORM
                            ? "numbers are uniform from " + first + " to " + second + ", expected the least first"
                            : "standard deviation is " + second + ", expected 0 or more");
        }
        return new Distribution(kind, first, second, Bounds.NONE, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * Gives all synapses the same number.
     *
     * @param number the number
     * @return the numbers
     * @throws IllegalArgumentException if it is NaN or infinite
     */
    public static Distribution constant(double number) {
        return of(Kind.CONSTANT, number, 0);
    }

    /**
     * Draws numbers that are equally likely.
     *
     * @param least the least
     * @param greatest the greatest, at least as much
     * @return the numbers
     * @throws IllegalArgumentException if one is NaN or infinite, or the least is greater than the greatest
     */
    public static Distribution uniform(double least, double greatest) {
        return of(Kind.UNIFORM, least, greatest);
    }

    /**
     * Draws numbers of a normal distribution.
     *
     * @param mean the mean
     * @param deviation the standard deviation, at least 0
     * @return the numbers
     * @throws IllegalArgumentException if one is NaN or infinite, or the deviation is negative
     */
    public static Distribution normal(double mean, double deviation) {
        return of(Kind.NORMAL, mean, deviation);
    }

    /**
     * Draws numbers whose logarithms have a normal distribution.
     *
     * @param mean the mean of the logarithms
     * @param deviation the standard deviation of the logarithms, at least 0
     * @return the numbers
     * @throws IllegalArgumentException if one is NaN or infinite, or the deviation is negative
     */
    public static Distribution logNormal(double mean, double deviation) {
        return of(Kind.LOG_NORMAL, mean, deviation);
    }

    /**
     * Gives each synapse a number of its own.
     *
     * @param numbers as many as there are edges, in the order in which {@link Connectivity} lists them; copied
     * @return the numbers
     * @throws IllegalArgumentException if there is none, or one is NaN or infinite
     */
    public static Distribution list(float... numbers) {
        if (numbers.length == 0) {
            throw new IllegalArgumentException("list has no numbers, expected one for each edge");
        }
        for (int i = 0; i < numbers.length; i++) {
            if (!Float.isFinite(numbers[i])) {
                throw new IllegalArgumentException(
                        "number of edge " + i + " is " + numbers[i] + ", expected a finite one");
            }
        }
        Distribution none = of(Kind.LIST, 0, 0);
        return new Distribution(none.kind, 0, 0, none.bounds, none.least, none.most, numbers.clone());
    }

    /**
     * Replaces numbers out of bounds by the nearest bound.
     *
     * @param lowest the lowest number
     * @param highest the highest number, at least as much
     * @return the bounded numbers
     * @throws IllegalArgumentException if the lowest is above the highest, or numbers are constant or a list
     */
    public Distribution clipped(double lowest, double highest) {
        return within(Bounds.CLIPPED, lowest, highest);
    }

    /**
     * Draws numbers out of bounds again until they are within: the distribution is conditional on the bounds.
     *
     * @param lowest the lowest number
     * @param highest the highest number, at least as much
     * @return the bounded numbers
     * @throws IllegalArgumentException if the lowest is above the highest, or numbers are constant or a list
     */
    public Distribution redrawn(double lowest, double highest) {
        return within(Bounds.REDRAWN, lowest, highest);
    }

    private Distribution within(Bounds how, double lowest, double highest) {
        if (!(lowest <= highest)) {
            throw new IllegalArgumentException(
                    "bounds are " + lowest + " and " + highest + ", expected the lowest first");
        }
        if (kind == Kind.CONSTANT || kind == Kind.LIST) {
            throw new IllegalArgumentException(this + " has bounds, expected numbers that are drawn");
        }
        return new Distribution(kind, first, second, how, lowest, highest);
    }

    boolean isList() {
        return kind == Kind.LIST;
    }

    boolean isConstant() {
        return kind == Kind.CONSTANT;
    }

    float[] listed() {
        return listed;
    }

    /** Throws if a possible weight is not a finite float. */
    Distribution requireFinite() {
        for (float each : weights()) {
            if (!Float.isFinite(each)) {
                throw new IllegalArgumentException(
                        this + " has " + each + " among its numbers, expected finite floats");
            }
        }
        return this;
    }

    /** Returns the equally likely numbers: one, or {@value #QUANTILES}; or the list. */
    float[] weights() {
        float[] known = weights;
        if (known == null) {
            known = quantiles();
            weights = known;
        }
        return known;
    }

    private float[] quantiles() {
        float[] made = isList() ? listed.clone() : new float[isConstant() ? 1 : QUANTILES];
        for (int i = 0; i < made.length && !isList(); i++) {
            made[i] = (float) quantile((i + 0.5) / made.length);
        }
        return made;
    }

    /** Returns the numbers as steps. */
    float[] delays() {
        float[] known = delays;
        if (known == null) {
            known = wholeSteps();
            delays = known;
        }
        return known;
    }

    private float[] wholeSteps() {
        float[] made = new float[isList() ? listed.length : isConstant() ? 1 : QUANTILES];
        boolean given = isList() || isConstant();
        for (int i = 0; i < made.length; i++) {
            double share = (i + 0.5) / made.length;
            double steps = isList() ? listed[i] : kind == Kind.UNIFORM ? steps(share) : quantile(share);
            made[i] = (float) Math.floor(steps + 0.5);
            if (given && steps != made[i] || !(made[i] >= 0 && made[i] <= Sparse.LONGEST_DELAY)) {
                throw new IllegalArgumentException("delay" + (isList() ? " of edge " + i : "") + " is "
                        + (given ? steps : made[i]) + " steps, expected a whole number from 0 to "
                        + Sparse.LONGEST_DELAY + (given ? "" : "; clipped or redrawn give bounds"));
            }
        }
        return made;
    }

    /** Maps a uniform number to a step between the bounds; all steps are equally likely. */
    private double steps(double share) {
        boolean again = bounds == Bounds.REDRAWN;
        double lowest = Math.floor((again ? Math.max(first, least) : first) + 0.5);
        double highest = Math.floor((again ? Math.min(second, most) : second) + 0.5);
        return Math.clamp(lowest + Math.floor(share * (highest - lowest + 1)), least, most);
    }

    private double quantile(double share) {
        return Math.clamp(unboundedQuantile(shareBelow + share * shareWithin), least, most);
    }

    /** Computes the share of numbers below a number, by bisection. */
    private double share(double number) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (unboundedQuantile(middle) < number) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private double unboundedQuantile(double share) {
        return switch (kind) {
            case CONSTANT, LIST -> first;
            case UNIFORM -> first + share * (second - first);
            case NORMAL -> first + second * normal(share);
            case LOG_NORMAL -> StrictMath.exp(first + second * normal(share));
        };
    }

    /**
     * Computes the quantile of the standard normal distribution, to nine digits. Source: P. J. Acklam, "An algorithm
     * for computing the inverse normal cumulative distribution function", 2003.
     */
    private static double normal(double share) {
        if (share > 0.5) {
            return -normal(1 - share);
        }
        if (share < 0.02425) {
            double q = StrictMath.sqrt(-2 * StrictMath.log(Math.max(share, Double.MIN_NORMAL)));
            return polynomial(q, TAIL_ABOVE) / polynomial(q, TAIL_BELOW);
        }
        double q = share - 0.5;
        return polynomial(q * q, MIDDLE_ABOVE) * q / polynomial(q * q, MIDDLE_BELOW);
    }

    private static double polynomial(double x, double... factors) {
        double sum = factors[0];
        for (int i = 1; i < factors.length; i++) {
            sum = sum * x + factors[i];
        }
        return sum;
    }

    /** Writes the numbers as options of files with a prefix, without a list. */
    void say(String word, SequencedMap<String, Number> options) {
        if (isList()) {
            return;
        }
        options.put(word + name(kind), first);
        if (!kind.second.isEmpty()) {
            options.put(word + kind.second, second);
        }
        if (bounds != Bounds.NONE) {
            options.put(word + name(bounds) + "_lowest", least);
            options.put(word + name(bounds) + "_highest", most);
        }
    }

    /** Reads the options that {@link #say} writes, without a list. */
    static Distribution read(String word, Map<String, Double> options) {
        Distribution read = of(Kind.LIST, 0, 0);
        for (Kind kind : Kind.values()) {
            if (options.containsKey(word + name(kind))) {
                double first = take(options, word + name(kind));
                read = of(kind, first, kind.second.isEmpty() ? 0 : take(options, word + kind.second));
            }
        }
        for (Bounds how : Bounds.values()) {
            if (options.containsKey(word + name(how) + "_lowest")) {
                double lowest = take(options, word + name(how) + "_lowest");
                read = read.within(how, lowest, take(options, word + name(how) + "_highest"));
            }
        }
        return read;
    }

    private static String name(Enum<?> of) {
        return "_" + of.name().toLowerCase(Locale.ROOT);
    }

    static double take(Map<String, Double> options, String name) {
        Double found = options.remove(name);
        if (found == null) {
            throw new IllegalArgumentException("option '" + name + "' is missing");
        }
        return found;
    }

    @Override
    public String toString() {
        String within =
                bounds == Bounds.NONE ? "" : "," + name(bounds).replace('_', ' ') + " to [" + least + ", " + most + "]";
        return switch (kind) {
            case CONSTANT -> Double.toString(first);
            case UNIFORM -> "uniform from " + first + " to " + second + within;
            case NORMAL -> "normal with mean " + first + " and deviation " + second + within;
            case LOG_NORMAL -> "log-normal with mean " + first + " and deviation " + second + within;
            case LIST -> listed.length + " numbers";
        };
    }
}
