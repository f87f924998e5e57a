package dev.spikelane.plot.data;

/**
 * What an axis covers.
 *
 * @param from its lower end
 * @param to its upper end, above the lower
 */
public record Range(double from, double to) {

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
}
