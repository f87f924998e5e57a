package dev.spikelane.cli.demo;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Times of passes over equal work. They are valid when the last {@value #PASSES} agree, because the JIT compiler has
 * finished by then.
 */
final class PassTimes {

    static final int PASSES = 5;

    /** Most ratio of the slowest to the fastest of the last passes. */
    static final double AGREEMENT = 1.1;

    /** A smaller share of processor time means that other programs use the processor. */
    private static final double QUIET = 0.8;

    private final List<Pass> last = new ArrayList<>();

    /**
     * One pass, in seconds.
     *
     * @param processor processor time of the calling thread
     */
    record Pass(double encode, double network, double processor) {

        double seconds() {
            return encode + network;
        }
    }

    /** The median, fastest and slowest of the last passes. */
    record Spread(double median, double fastest, double slowest) {

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

    boolean settled() {
        double fastest = last.stream().mapToDouble(Pass::seconds).min().orElse(0);
        double slowest = last.stream().mapToDouble(Pass::seconds).max().orElse(0);
        return last.size() == PASSES && slowest <= fastest * AGREEMENT;
    }

    int passes() {
        return last.size();
    }

    /** Returns the spread of the last passes; empty if there were none, or the clock did not advance. */
    Optional<Spread> spread(ToDoubleFunction<Pass> time) {
        double[] sorted = last.stream().mapToDouble(time).sorted().toArray();
        return sorted.length == 0 || sorted[0] <= 0
                ? Optional.empty()
                : Optional.of(new Spread(sorted[(sorted.length - 1) / 2], sorted[0], sorted[sorted.length - 1]));
    }

    /** Returns milliseconds for one of {@code images} in a pass; empty if no pass was timed. */
    Optional<Spread> perImage(ToDoubleFunction<Pass> time, int images) {
        return spread(time).map(spread -> spread.times(1e3 / images));
    }

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
