package dev.spikelane.bench;

import static dev.spikelane.bench.Works.MANY_ROWS;
import static dev.spikelane.bench.Works.STEPS;

import dev.spikelane.kernel.product.DenseMatmulWork;
import dev.spikelane.kernel.product.SpikeMatmulWork;
import dev.spikelane.network.NetworkWork;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The figures that say most, and whether a run reached what is expected on 2 cores with 512-bit vectors; ratios are within one run. */
final class Targets {

    /** Works that C does by the same algorithm. */
    static final List<String> COMPARED_WITH_C = List.of(matmul(0.02), matmul(0.1), matmul(0.5));

    private static final double MILLISECOND = 1e6;
    private static final double MICROSECOND = 1e3;

    private final Report report;
    private final List<Target> targets = new ArrayList<>();
    private final Set<String> lookedUp = new HashSet<>();

    /** Whether a figure is as expected. */
    enum Verdict {
        MET("met"),
        MISSED("missed"),
        NOT_MEASURED("not measured");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /**
     * A figure that is expected to reach a goal.
     *
     * @param work what is measured, in which respect
     * @param goal what it should be
     * @param found what it was
     * @param verdict whether that is good enough
     */
    record Target(String work, String goal, String found, Verdict verdict) {}

    private Targets(Report report) {
        this.report = report;
    }

    static List<Target> of(Report report) {
        Targets all = new Targets(report);
        all.products();
        all.networks();
        all.allocation();
        return all.targets;
    }

    /** The names of all works that these figures come from. */
    static Set<String> works() {
        Targets probe = new Targets(new Report(List.of(), "", Map.of(), Map.of()));
        probe.products();
        probe.networks();
        return probe.lookedUp;
    }

    private void products() {
        for (String work : COMPARED_WITH_C) {
            atLeast(work + ", against C", 0.95, "%.2f", ratio(work, Contestant.YARDSTICK));
        }
        for (String work : COMPARED_WITH_C) {
            atLeast(work + ", against C, without any flag", 0.8, "%.2f", withoutFlags(work));
        }
        for (double density : new double[] {0.1, 0.5}) {
            String work = matmul(density);
            atLeast(work + ", share of one load a cycle", 0.7, "%.2f", ratio(work, Contestant.CYCLES));
        }
        for (int threads : new int[] {1, 2}) {
            againstOpenBlas(new SpikeMatmulWork(784, 1000, MANY_ROWS, 0.5, threads), 2);
            againstOpenBlas(new SpikeMatmulWork(784, 1000, MANY_ROWS, 0.1, threads), 6);
            againstOpenBlas(new SpikeMatmulWork(784, 1000, MANY_ROWS, 0.02, threads), 20);
        }
        for (int threads : new int[] {1, 2}) {
            againstOpenBlas(new DenseMatmulWork(128, 784, 1000, threads, false), 0.8);
            againstOpenBlas(new DenseMatmulWork(1024, 1024, 1024, threads, false), 0.8);
        }
    }

    private void networks() {
        String one = new NetworkWork(1, STEPS, 0.5, 1).name();
        String two = new NetworkWork(1, STEPS, 0.5, 2).name();
        within(one, 1.4 * MILLISECOND);
        OptionalDouble time = time(one);
        OptionalDouble shared = time(two);
        atLeast(
                two + ", against one thread",
                1.8,
                "%.2f",
                time.isEmpty() || shared.isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(time.getAsDouble() / shared.getAsDouble()));
        within(new NetworkWork(128, STEPS, 0.5, 2).name(), 80 * MILLISECOND);
        within(new NetworkWork(128, STEPS, 0.1, 2).name(), 35 * MILLISECOND);
        within(new NetworkWork(1, STEPS, 0.1, 1, true).name(), 15 * MICROSECOND);
    }

    private void allocation() {
        OptionalLong most = report.measured().values().stream()
                .mapToLong(Measurement::bytes)
                .max();
        targets.add(new Target(
                "heap allocated in an operation of any work, at most",
                "0 B",
                most.isEmpty() ? "-" : most.getAsLong() + " B",
                verdict(most.isPresent(), most.orElse(0) == 0)));
    }

    private void againstOpenBlas(Work work, double goal) {
        atLeast(work.name() + ", against OpenBLAS", goal, "%.2f", ratio(work.name(), Contestant.OPENBLAS));
    }

    private void atLeast(String work, double goal, String format, OptionalDouble found) {
        targets.add(new Target(
                work,
                ">= " + format.formatted(goal),
                Table.number(found, format),
                verdict(found.isPresent(), found.orElse(0) >= goal)));
    }

    private void within(String work, double goal) {
        OptionalDouble found = time(work);
        targets.add(new Target(
                work,
                "<= " + Table.time(goal),
                found.isEmpty() ? "-" : Table.time(found.getAsDouble()),
                verdict(found.isPresent(), found.orElse(0) <= goal)));
    }

    private static Verdict verdict(boolean measured, boolean met) {
        if (!measured) {
            return Verdict.NOT_MEASURED;
        }
        return met ? Verdict.MET : Verdict.MISSED;
    }

    private OptionalDouble ratio(String work, Contestant other) {
        Measurement measurement = find(work);
        return measurement == null ? OptionalDouble.empty() : measurement.ratio(other);
    }

    private OptionalDouble time(String work) {
        Measurement measurement = find(work);
        return measurement == null ? OptionalDouble.empty() : OptionalDouble.of(measurement.java());
    }

    private @Nullable Measurement find(String work) {
        lookedUp.add(work);
        return report.measured().get(work);
    }

    /** The time of C in this JVM, which has native access, against that of the library in the other one. */
    private OptionalDouble withoutFlags(String work) {
        Double time = report.withoutFlags().get(work);
        OptionalDouble ratio = ratio(work, Contestant.YARDSTICK);
        return time == null || ratio.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(ratio.getAsDouble() * time(work).getAsDouble() / time);
    }

    private static String matmul(double density) {
        return new SpikeMatmulWork(784, 1000, STEPS, density, 1).name();
    }
}
