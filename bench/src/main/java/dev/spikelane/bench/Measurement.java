package dev.spikelane.bench;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * The measurements of a {@link Race} for one work.
 *
 * @param work the name of the work
 * @param threads threads for each contestant
 * @param times times of one operation, for each contestant that took part; the library always does
 * @param bytes heap bytes that the library allocated in an operation
 * @param processor share of the library's time in which the calling thread had a processor
 */
public record Measurement(String work, int threads, Map<Contestant, Timing> times, long bytes, double processor) {

    /** A thread that has its processor for a smaller share of its time shares it with other programs. */
    private static final double QUIET = 0.8;

    /** Returns true if other programs used so much of the machine that the times mean little. */
    boolean busy() {
        return processor < QUIET;
    }

    /** Returns the median time of an operation of the library, in nanoseconds. */
    double java() {
        return times.get(Contestant.JAVA).median();
    }

    /**
     * Returns the speed of the library relative to another contestant, if it took part. For a roofline it is the share
     * of the roofline that the library reaches.
     */
    OptionalDouble ratio(Contestant other) {
        Timing timing = times.get(other);
        return timing == null ? OptionalDouble.empty() : OptionalDouble.of(timing.median() / java());
    }
}
