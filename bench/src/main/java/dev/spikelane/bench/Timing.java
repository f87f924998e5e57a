package dev.spikelane.bench;

import java.util.List;

/**
 * Time of one operation, from the samples of a {@link Race}, in nanoseconds.
 *
 * @param median the middle sample
 * @param low the lower quartile
 * @param high the upper quartile
 */
public record Timing(double median, double low, double high) {

    /** Summarizes at least one sample. */
    static Timing of(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int last = sorted.size() - 1;
        return new Timing(sorted.get(sorted.size() / 2), sorted.get(last / 4), sorted.get(last - last / 4));
    }

    /** Returns half the distance of the quartiles, as a share of the median. */
    public double spread() {
        return (high - low) / 2 / median;
    }

    Timing dividedBy(int operations) {
        return new Timing(median / operations, low / operations, high / operations);
    }
}
