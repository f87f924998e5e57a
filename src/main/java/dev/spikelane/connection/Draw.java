package dev.spikelane.connection;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Numbers of the synapses of a {@link Sparse} connection, its weights or its delays: a number for all, one from a list
 * for each, or random ones. Immutable.
 *
 * <p>Random numbers are taken from {@value #QUANTILES} quantiles of a distribution, in the middle of equal shares, by
 * 16 bits of {@link dev.spikelane.random.CounterRandom}; so they are the same bits on any machine, and the tails of a
 * normal distribution end at 4.3 standard deviations. A delay is rounded to the nearest whole step; of a uniform
 * distribution of delays all whole steps from the least to the greatest are equally likely.
 */
public final class Draw {

    static final int QUANTILES = 1 << 16;
    private static final int HALVINGS = 80;

    /** How numbers are spread. */
    enum Kind {
        CONSTANT,
        UNIFORM,
        NORMAL,
        LOG_NORMAL,
        LIST
    }

    /** What happens to a number that is out of bounds. */
    enum Bounds {
        NONE,
        CLIPPED,
        REDRAWN
    }

    private final Kind kind;
    /** The constant, the least or the mean. */
    private final double first;
    /** The greatest or the standard deviation. */
    private final double second;

    private final Bounds bounds;
    private final double least;
    private final double most;
    private final float[] listed;
    /** The shares of numbers below the bounds between which numbers are drawn again. */
    private final double shareBelow;

    private final double shareWithin;

    private Draw(Kind kind, double first, double second, Bounds bounds, double least, double most, float... listed) {
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

    private static Draw unbounded(Kind kind, double first, double second) {
        requireFinite(first);
        requireFinite(second);
        return new Draw(kind, first, second, Bounds.NONE, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    private static void requireFinite(double number) {
        if (!Double.isFinite(number) || !Float.isFinite((float) number)) {
            throw new IllegalArgumentException("number is " + number + ", expected a finite float");
        }
    }

    /**
     * Gives all synapses the same number.
     *
     * @param number the number
     * @return the numbers
     * @throws IllegalArgumentException if it is NaN or infinite
     */
    public static Draw constant(double number) {
        return unbounded(Kind.CONSTANT, number, 0);
    }

    /**
     * Draws numbers that are equally likely.
     *
     * @param least the least
     * @param greatest the greatest, at least as much
     * @return the numbers
     * @throws IllegalArgumentException if one is NaN or infinite, or the least is greater than the greatest
     */
    public static Draw uniform(double least, double greatest) {
        if (!(least <= greatest)) {
            throw new IllegalArgumentException(
                    "numbers are uniform from " + least + " to " + greatest + ", expected the least first");
        }
        return unbounded(Kind.UNIFORM, least, greatest);
    }

    /**
     * Draws numbers of a normal distribution.
     *
     * @param mean the mean
     * @param deviation the standard deviation, at least 0
     * @return the numbers
     * @throws IllegalArgumentException if one is NaN or infinite, or the deviation is negative
     */
    public static Draw normal(double mean, double deviation) {
        requireDeviation(deviation);
        return unbounded(Kind.NORMAL, mean, deviation);
    }

    /**
     * Draws numbers whose logarithms have a normal distribution.
     *
     * @param mean the mean of the logarithms
     * @param deviation the standard deviation of the logarithms, at least 0
     * @return the numbers
     * @throws IllegalArgumentException if one is NaN or infinite, or the deviation is negative
     */
    public static Draw logNormal(double mean, double deviation) {
        requireDeviation(deviation);
        return unbounded(Kind.LOG_NORMAL, mean, deviation);
    }

    private static void requireDeviation(double deviation) {
        if (!(deviation >= 0)) {
            throw new IllegalArgumentException("standard deviation is " + deviation + ", expected 0 or more");
        }
    }

    /**
     * Gives each synapse a number of its own.
     *
     * @param numbers as many as there are edges, in the order in which {@link Edges} lists them; copied
     * @return the numbers
     * @throws IllegalArgumentException if there is none, or one is NaN or infinite
     */
    public static Draw list(float... numbers) {
        if (numbers.length == 0) {
            throw new IllegalArgumentException("list has no numbers, expected one for each edge");
        }
        for (int i = 0; i < numbers.length; i++) {
            if (!Float.isFinite(numbers[i])) {
                throw new IllegalArgumentException(
                        "number of edge " + i + " is " + numbers[i] + ", expected a finite one");
            }
        }
        Draw none = unbounded(Kind.LIST, 0, 0);
        return new Draw(none.kind, 0, 0, none.bounds, none.least, none.most, numbers.clone());
    }

    /**
     * Takes the nearest bound for numbers that are out of bounds.
     *
     * @param lowest the lowest number
     * @param highest the highest number, at least as much
     * @return the same numbers within bounds
     * @throws IllegalArgumentException if the lowest is above the highest, or numbers are constant or a list
     */
    public Draw clipped(double lowest, double highest) {
        return within(Bounds.CLIPPED, lowest, highest);
    }

    /**
     * Draws numbers that are out of bounds again until they are not: the distribution is that between the bounds.
     *
     * @param lowest the lowest number
     * @param highest the highest number, at least as much
     * @return the same numbers within bounds
     * @throws IllegalArgumentException if the lowest is above the highest, or numbers are constant or a list
     */
    public Draw redrawn(double lowest, double highest) {
        return within(Bounds.REDRAWN, lowest, highest);
    }

    private Draw within(Bounds how, double lowest, double highest) {
        if (!(lowest <= highest)) {
            throw new IllegalArgumentException(
                    "bounds are " + lowest + " and " + highest + ", expected the lowest first");
        }
        if (kind == Kind.CONSTANT || kind == Kind.LIST) {
            throw new IllegalArgumentException(this + " has bounds, expected numbers that are drawn");
        }
        return new Draw(kind, first, second, how, lowest, highest);
    }

    /** Whether each synapse has a number of a list. */
    boolean isList() {
        return kind == Kind.LIST;
    }

    boolean isConstant() {
        return kind == Kind.CONSTANT;
    }

    float[] listed() {
        return listed;
    }

    /** The numbers that may be drawn, equally likely: one, or {@value #QUANTILES}; the list, if there is one. */
    float[] weights() {
        if (isList()) {
            return listed.clone();
        }
        float[] made = new float[isConstant() ? 1 : QUANTILES];
        for (int i = 0; i < made.length; i++) {
            made[i] = (float) quantile((i + 0.5) / made.length);
        }
        return made;
    }

    /** The same as whole steps. */
    int[] delays() {
        int count = isList() ? listed.length : isConstant() ? 1 : QUANTILES;
        int[] made = new int[count];
        for (int i = 0; i < count; i++) {
            double share = (i + 0.5) / count;
            double steps = isList() ? listed[i] : kind == Kind.UNIFORM ? steps(share) : quantile(share);
            if ((isList() || isConstant()) && steps != Math.rint(steps)) {
                throw new IllegalArgumentException("delay" + (isList() ? " of edge " + i : "") + " is " + steps
                        + " steps, expected a whole number");
            }
            double whole = Math.floor(steps + 0.5);
            if (!(whole >= 0 && whole <= Sparse.LONGEST_DELAY)) {
                throw new IllegalArgumentException("delay" + (isList() ? " of edge " + i : "") + " is " + whole
                        + " steps, expected 0 to " + Sparse.LONGEST_DELAY
                        + (isList() || isConstant() ? "" : "; clipped or redrawn give bounds"));
            }
            made[i] = (int) whole;
        }
        return made;
    }

    private double steps(double share) {
        double lowest = Math.ceil(first - 0.5);
        double steps = lowest + Math.floor(share * (Math.floor(second + 0.5) - lowest + 1));
        return Math.clamp(steps, least, most);
    }

    private double quantile(double share) {
        if (bounds == Bounds.REDRAWN) {
            return Math.clamp(unboundedQuantile(shareBelow + share * shareWithin), least, most);
        }
        return Math.clamp(unboundedQuantile(share), least, most);
    }

    /** The share of numbers below one, found by halving. */
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
     * The quantile of the standard normal distribution, to nine digits. Source: P. J. Acklam, "An algorithm for
     * computing the inverse normal cumulative distribution function", 2003.
     */
    private static double normal(double share) {
        if (share > 0.5) {
            return -normal(1 - share);
        }
        if (share < 0.02425) {
            double q = StrictMath.sqrt(-2 * StrictMath.log(Math.max(share, Double.MIN_NORMAL)));
            double above = ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
                                                    - 2.549732539343734)
                                            * q
                                    + 4.374664141464968)
                            * q
                    + 2.938163982698783;
            double below = (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                                    + 3.754408661907416)
                            * q
                    + 1;
            return above / below;
        }
        double q = share - 0.5;
        double r = q * q;
        double above = (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
                                                + 1.383577518672690e+02)
                                        * r
                                - 3.066479806614716e+01)
                        * r
                + 2.506628277459239);
        double below = ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
                                                + 6.680131188771972e+01)
                                        * r
                                - 1.328068155288572e+01)
                        * r
                + 1;
        return above * q / below;
    }

    /** Says the numbers as files do, under names that begin with a word; a list says nothing. */
    void say(String word, SequencedMap<String, Number> options) {
        if (isList()) {
            return;
        }
        options.put(word + "_" + kind.name().toLowerCase(Locale.ROOT), first);
        if (!isConstant()) {
            options.put(word + (kind == Kind.UNIFORM ? "_greatest" : "_deviation"), second);
        }
        if (bounds != Bounds.NONE) {
            options.put(word + "_" + bounds.name().toLowerCase(Locale.ROOT) + "_lowest", least);
            options.put(word + "_" + bounds.name().toLowerCase(Locale.ROOT) + "_highest", most);
        }
    }

    /** Takes from options what {@link #say} says; the numbers of a list are none yet. */
    static Draw read(String word, Map<String, Double> options) {
        for (Kind kind : Kind.values()) {
            Double first = options.remove(word + "_" + kind.name().toLowerCase(Locale.ROOT));
            if (first == null) {
                continue;
            }
            Draw read = switch (kind) {
                case CONSTANT -> constant(first);
                case UNIFORM -> uniform(first, take(options, word + "_greatest"));
                case NORMAL -> normal(first, take(options, word + "_deviation"));
                case LOG_NORMAL -> logNormal(first, take(options, word + "_deviation"));
                case LIST -> throw new IllegalArgumentException(word + " has a list as an option");
            };
            for (Bounds how : Bounds.values()) {
                String name = word + "_" + how.name().toLowerCase(Locale.ROOT);
                if (options.containsKey(name + "_lowest")) {
                    read = read.within(how, take(options, name + "_lowest"), take(options, name + "_highest"));
                }
            }
            return read;
        }
        return unbounded(Kind.LIST, 0, 0);
    }

    static double take(Map<String, Double> options, String name) {
        Double found = options.remove(name);
        if (found == null) {
            throw new IllegalArgumentException("option '" + name + "' is missing");
        }
        return found;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Draw draw && said().equals(draw.said()) && Arrays.equals(listed, draw.listed);
    }

    @Override
    public int hashCode() {
        return said().hashCode() + Arrays.hashCode(listed);
    }

    private Map<String, Number> said() {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        say("", options);
        return new TreeMap<>(options);
    }

    @Override
    public String toString() {
        String within = bounds == Bounds.NONE
                ? ""
                : ", " + bounds.name().toLowerCase(Locale.ROOT) + " to [" + least + ", " + most + "]";
        return switch (kind) {
            case CONSTANT -> Double.toString(first);
            case UNIFORM -> "uniform from " + first + " to " + second + within;
            case NORMAL -> "normal with mean " + first + " and deviation " + second + within;
            case LOG_NORMAL -> "log-normal with mean " + first + " and deviation " + second + within;
            case LIST -> listed.length + " numbers";
        };
    }
}
