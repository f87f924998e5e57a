package dev.spikelane.plot.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The range of an axis, {@code from} below {@code to}. */
public record Range(double from, double to) {

    /** Most labels of a vertical axis. */
    public static final int LABELS = 5;

    /** Rounds labels, because multiples of a tenth are no exact binary numbers. */
    private static final MathContext DIGITS = new MathContext(6);

    /** Returns the range of two values, or around a single one. */
    public static Range of(double least, double most) {
        return most > least ? new Range(least, most) : new Range(least - 0.5, least + 0.5);
    }

    public static Range steps(int steps) {
        return new Range(0, steps);
    }

    public static Range rows(int rows) {
        return new Range(-0.5, rows - 0.5);
    }

    /** Returns a wider range; the margins are fractions of its length. */
    public Range wider(double below, double above) {
        return new Range(from - below * length(), to + above * length());
    }

    public double length() {
        return to - from;
    }

    /**
     * Returns the multiples in this range of the smallest number 1, 2 or 5 times a power of ten with at most
     * {@code most} of them.
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

    public double unit(double... ticks) {
        return ticks.length > 1 ? ticks[1] - ticks[0] : length();
    }

    public static String label(double value) {
        return BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }
}
