package dev.spikelane.network;

import dev.spikelane.engine.observe.Told;
import dev.spikelane.simd.Checks;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Tells when one of the {@link Metrics} leaves the band that it kept in a reference window, and when it is back. Of the
 * first {@code reference} numbers it takes the mean {@code m} and the standard deviation {@code s}. From then on it
 * smooths, {@code z += smoothing * (x - z)} from {@code z = m}, and the band is
 * {@code m +- limit * s * sqrt(smoothing / (2 - smoothing))}: so many standard deviations of {@code z}, if numbers are
 * independent (an EWMA control chart, Roberts 1959). Where they are not, a longer window and a larger limit keep it
 * quiet. Numbers that are not finite do not count, and differences of a billionth, to which {@code z} may be rounded
 * where the band is 0, as of a window of equal numbers.
 *
 * <p>Each alarm is also an event {@code dev.spikelane.Metric} of Flight Recorder, named as the numbers with
 * {@code .drift} behind, with {@code z}.
 */
public final class DriftAlarm implements Metrics {

    private static final double ROUNDED = 1e-9;

    private final String name;
    private final int reference;
    private final double smoothing;
    private final double limit;
    private final Consumer<? super DriftAlarm> then;
    private final Told told = new Told(null);
    private int seen;
    private double mean;
    private double squares;
    private double smoothed;
    private boolean outside;

    /**
     * Starts a reference window.
     *
     * @param name which numbers count
     * @param reference how many of them make the band, at least 2
     * @param smoothing above 0, at most 1
     * @param limit at least 0
     * @param then is told of each change; it should be short
     * @throws IllegalArgumentException if a number is out of range
     */
    public DriftAlarm(String name, int reference, double smoothing, double limit, Consumer<? super DriftAlarm> then) {
        this.name = Objects.requireNonNull(name, "name");
        this.reference = Checks.atLeast(2, "reference", reference);
        if (!(smoothing > 0 && smoothing <= 1 && limit >= 0)) {
            throw new IllegalArgumentException("smoothing is " + smoothing + " and limit " + limit
                    + ", expected above 0 and at most 1, and at least 0");
        }
        this.smoothing = smoothing;
        this.limit = limit;
        this.then = Objects.requireNonNull(then, "then");
    }

    @Override
    public void record(String of, double value) {
        if (Objects.requireNonNull(of, "of").equals(name) && Double.isFinite(value) && take(value)) {
            if (told.wanted()) {
                told.tell(name + ".drift", smoothed());
            }
            then.accept(this);
        }
    }

    /** Takes a number, and says whether it changed sides. */
    private synchronized boolean take(double value) {
        boolean before = outside;
        if (seen < reference) {
            seen++;
            double difference = value - mean;
            mean += difference / seen;
            squares += difference * (value - mean);
            smoothed = mean;
        } else {
            smoothed += smoothing * (value - smoothed);
            outside = Math.abs(smoothed - mean) > Math.max(band(), ROUNDED * Math.max(1, Math.abs(mean)));
        }
        return outside != before;
    }

    /**
     * Tells whether the smoothed number is outside of the band.
     *
     * @return false while the reference window lasts
     */
    public synchronized boolean isOutside() {
        return outside;
    }

    /**
     * Returns the mean of the reference window.
     *
     * @return the mean of what has been seen of it
     */
    public synchronized double mean() {
        return mean;
    }

    /**
     * Returns how far from the mean the smoothed number may be.
     *
     * @return half of the band
     */
    public synchronized double band() {
        return limit * Math.sqrt(squares / Math.max(1, seen - 1) * smoothing / (2 - smoothing));
    }

    /**
     * Returns the smoothed number.
     *
     * @return the mean while the reference window lasts
     */
    public synchronized double smoothed() {
        return smoothed;
    }

    /** Such as {@code spikelane.sessions.input is 0.081, outside of 0.050 +- 0.004}. */
    @Override
    public synchronized String toString() {
        String side = outside ? "outside" : "inside";
        return String.format(Locale.ROOT, "%s is %.4g, %s of %.4g +- %.4g", name, smoothed, side, mean, band());
    }
}
