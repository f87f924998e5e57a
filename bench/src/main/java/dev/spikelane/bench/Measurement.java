package dev.spikelane.bench;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a {@link Race} measured of a work.
 *
 * @param work the name of the work
 * @param threads threads for each contestant
 * @param times of one operation, for each contestant that took part; the library always does
 * @param bytes heap bytes that the library allocated in an operation
 * @param processor share of the library's time in which the calling thread had a processor
 */
public record Measurement(String work, int threads, Map<Contestant, Timing> times, long bytes, double processor) {

    /** A thread that had its processor for less of its time shares it with other programs. */
    private static final double QUIET = 0.8;

    /** Whether other programs took so much of the machine that the times mean little. */
    boolean busy() {
        return processor < QUIET;
    }

    /** The median time of an operation of the library, in nanoseconds. */
    double java() {
        return times.get(Contestant.JAVA).median();
    }

    /**
     * How many times as fast the library is as another contestant, if that took part. For a roofline it is the part of
     * it that is reached.
     */
    OptionalDouble ratio(Contestant other) {
        Timing timing = times.get(other);
        return timing == null ? OptionalDouble.empty() : OptionalDouble.of(timing.median() / java());
    }
}
