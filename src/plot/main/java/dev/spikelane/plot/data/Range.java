package dev.spikelane.plot.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The range of an axis.
 *
 * @param from its lower end
 * @param to its upper end, above the lower
 */
public record Range(double from, double to) {

    /** The most labels of a vertical axis, in pictures and on pages. */
    public static final int LABELS = 5;

    /** Of a label: the multiples of a tenth are no exact binary numbers. */
    private static final MathContext DIGITS = new MathContext(6);

    /** The range between two values, or around a single one. */
    public static Range of(double least, double most) {
        return most > least ? new Range(least, most) : new Range(least - 0.5, least + 0.5);
    }

    /** The steps from 0 to the end of the last one. */
    public static Range steps(int steps) {
        return new Range(0, steps);
    }

    /** Rows of marks, half of one beyond the first and the last. */
    public static Range rows(int rows) {
        return new Range(-0.5, rows - 0.5);
    }

    /** A range with more room, as shares of its length. */
    public Range wider(double below, double above) {
        return new Range(from - below * length(), to + above * length());
    }

    public double length() {
        return to - from;
    }

    /**
     * The multiples in this range of 1, 2 or 5 times a power of ten, the smallest of which there are at most
     * {@code most}.
     */
    public double[] ticks(int most) {
        double power = Math.pow(10, Math.floor(Math.log10(length() / Math.max(1, most))));
        double unit = power;
        for (int factor : new int[] {1, 2, 5, 10}) {
            unit = factor * power;
            if (Math.floor(to / unit) - Math.ceil(from / unit) < Math.max(1, most)) {
                break;
            }
        }
        double first = Math.ceil(from / unit);
        int count = (int) (Math.floor(to / unit) - first) + 1;
        double chosen = unit;
        return IntStream.range(0, Math.max(1, count))
                .mapToDouble(i -> (first + i) * chosen)
                .toArray();
    }

    /** Returns the ticks, and the end of this range if it is whole and no other tick is near. */
    public double[] ticksAndEnd(int most) {
        double[] round = ticks(most);
        double end = Math.floor(to);
        boolean whole = 2 * to == Math.rint(2 * to) && 2 * from == Math.rint(2 * from);
        boolean far = end - round[round.length - 1] > 0.6 * unit(round);
        return whole && far
                ? DoubleStream.concat(DoubleStream.of(round), DoubleStream.of(end))
                        .toArray()
                : round;
    }

    /** The distance of the first two ticks. */
    public double unit(double... ticks) {
        return ticks.length > 1 ? ticks[1] - ticks[0] : length();
    }

    /** The label of a tick. */
    public static String label(double value) {
        return BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }
}
