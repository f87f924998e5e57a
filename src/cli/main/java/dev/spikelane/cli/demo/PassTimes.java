package dev.spikelane.cli.demo;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Times of passes over the same work, which count once the last {@value #PASSES} of them agree: the JIT compiler is
 * done with the code then.
 */
final class PassTimes {

    static final int PASSES = 5;

    /** The slowest of the last passes takes at most so much longer than the fastest. */
    static final double AGREEMENT = 1.1;

    /** A thread that had the processor for less of its time than this shares it with others. */
    private static final double QUIET = 0.8;

    private final List<Pass> last = new ArrayList<>();

    /**
     * One pass.
     *
     * @param encode seconds of the rate coding
     * @param network seconds in the network
     * @param processor seconds that the calling thread had a processor, of both
     */
    record Pass(double encode, double network, double processor) {

        double seconds() {
            return encode + network;
        }
    }

    /**
     * A time and its doubt.
     *
     * @param median of the last passes
     * @param fastest of them
     * @param slowest of them
     */
    record Spread(double median, double fastest, double slowest) {

        /** Each number times {@code factor}. */
        Spread times(double factor) {
            return new Spread(median * factor, fastest * factor, slowest * factor);
        }
    }

    void add(Pass pass) {
        if (last.size() == PASSES) {
            last.removeFirst();
        }
        last.add(pass);
    }

    /** Returns true if the last passes agree. */
    boolean settled() {
        double fastest = last.stream().mapToDouble(Pass::seconds).min().orElse(0);
        double slowest = last.stream().mapToDouble(Pass::seconds).max().orElse(0);
        return last.size() == PASSES && slowest <= fastest * AGREEMENT;
    }

    /** Returns the number of passes that {@link #spread} summarizes. */
    int passes() {
        return last.size();
    }

    /** Times of the last passes, whether they agree or not; nothing if there were none, or the clock stood still. */
    Optional<Spread> spread(ToDoubleFunction<Pass> time) {
        double[] sorted = last.stream().mapToDouble(time).sorted().toArray();
        return sorted.length == 0 || sorted[0] <= 0
                ? Optional.empty()
                : Optional.of(new Spread(sorted[(sorted.length - 1) / 2], sorted[0], sorted[sorted.length - 1]));
    }

    /** The milliseconds of an image, of so many in a pass; nothing if no pass was timed. */
    Optional<Spread> perImage(ToDoubleFunction<Pass> time, int images) {
        return spread(time).map(spread -> spread.times(1e3 / images));
    }

    /** Returns true if the calling thread had to share its processor with other programs in most of the last passes. */
    boolean busy() {
        List<Pass> byShare = last.stream()
                .sorted(Comparator.comparingDouble(pass -> pass.processor() / pass.seconds()))
                .toList();
        if (byShare.isEmpty()) {
            return false;
        }
        Pass middle = byShare.get(byShare.size() / 2);
        return middle.processor() < QUIET * middle.seconds();
    }

    /**
     * Returns the processor time of the calling thread in nanoseconds; the wall-clock time if the JVM does not measure
     * it.
     */
    static long processorTime() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : System.nanoTime();
    }
}
