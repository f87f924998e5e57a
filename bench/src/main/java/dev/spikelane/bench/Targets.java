package dev.spikelane.bench;

import static dev.spikelane.bench.Workloads.MANY_ROWS;
import static dev.spikelane.bench.Workloads.STEPS;

import dev.spikelane.kernel.product.dense.DenseMatmulWork;
import dev.spikelane.kernel.product.integer.IntegerMatmulWork;
import dev.spikelane.kernel.product.spike.SpikeMatmulWork;
import dev.spikelane.kernel.step.NeuronWork;
import dev.spikelane.kernel.step.leaky.LeakyStepWork;
import dev.spikelane.memory.ElementType;
import dev.spikelane.network.NetworkWork;
import dev.spikelane.train.EPropWork;
import dev.spikelane.train.RecurrentTrainingWork;
import dev.spikelane.train.TrainingWork;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The most important figures, each with the goal expected on 2 cores with 512-bit vectors; ratios are within one run.
 */
final class Targets {

    /** Works that are compared with C of the same algorithm. */
    static final List<String> COMPARED_WITH_C = List.of(matmul(0.02), matmul(0.1), matmul(0.5));

    private static final double MICROSECOND = 1e3;

    private final Report report;
    private final List<Target> targets = new ArrayList<>();
    private final Set<String> lookedUp = new HashSet<>();

    /** The verdict on a figure. */
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
     * @param work the work and the measured quantity
     * @param goal the goal
     * @param found the measured figure
     * @param verdict the verdict
     */
    record Target(String work, String goal, String found, Verdict verdict) {}

    private Targets(Report report) {
        this.report = report;
    }

    static List<Target> of(Report report) {
        Targets all = new Targets(report);
        all.products();
        all.neurons();
        all.networks();
        all.training();
        all.allocation();
        return all.targets;
    }

    /** Returns the names of all works of these figures. */
    static Set<String> works() {
        Targets probe = new Targets(new Report(List.of(), "", Map.of(), Map.of()));
        probe.products();
        probe.neurons();
        probe.networks();
        probe.training();
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
        againstOpenBlas(new SpikeMatmulWork(784, 1000, STEPS, 0.5, 1), 2.7);
        againstOpenBlas(new SpikeMatmulWork(784, 1000, STEPS, 0.1, 1), 5);
        againstOpenBlas(new SpikeMatmulWork(784, 1000, MANY_ROWS, 0.5, 1), 2.2);
        againstOpenBlas(new SpikeMatmulWork(784, 1000, MANY_ROWS, 0.1, 1), 4.5);
        againstOpenBlas(new SpikeMatmulWork(784, 1000, MANY_ROWS, 0.02, 1), 11);
        againstOpenBlas(new IntegerMatmulWork(784, 1000, MANY_ROWS, 0.5, ElementType.INT8), 3.5);
        againstOpenBlas(new IntegerMatmulWork(784, 1000, MANY_ROWS, 0.1, ElementType.INT8), 10);
        againstOpenBlas(new IntegerMatmulWork(784, 1000, MANY_ROWS, 0.02, ElementType.INT8), 18);
        againstFloats(new IntegerMatmulWork(784, 1000, 16, 0.1, ElementType.INT8), 2.5);
        againstFloats(new IntegerMatmulWork(784, 1000, 16, 0.5, ElementType.INT8), 1.3);
        againstFloats(new IntegerMatmulWork(784, 1000, 1, 0.5, ElementType.TERNARY), 6);
        againstFloats(new IntegerMatmulWork(784, 1000, STEPS, 0.5, ElementType.TERNARY), 3);
        for (DenseMatmulWork.Form form :
                new DenseMatmulWork.Form[] {DenseMatmulWork.Form.SECOND_TRANSPOSED, DenseMatmulWork.Form.PACKED}) {
            double goal = form == DenseMatmulWork.Form.PACKED ? 0.95 : 0.85;
            againstOpenBlas(new DenseMatmulWork(128, 784, 1000, 1, form), goal);
            againstOpenBlas(new DenseMatmulWork(1024, 1024, 1024, 1, form), goal);
            shared(new DenseMatmulWork(1024, 1024, 1024, 2, form), new DenseMatmulWork(1024, 1024, 1024, 1, form), 1.8);
        }
        shared(new SpikeMatmulWork(784, 1000, 25, 0.1, 2), new SpikeMatmulWork(784, 1000, 25, 0.1, 1), 1.8);
    }

    private void neurons() {
        String plain = leaky(LeakyStepWork.Mode.SUBTRACT);
        atLeast(plain + ", against C", 0.95, "%.2f", ratio(plain, Contestant.YARDSTICK));
        atMost(leaky(LeakyStepWork.Mode.INHIBITION), plain, 3);
        atMost(
                new NeuronWork(NeuronWork.Model.LEAKY_QUANTIZED_8_BITS).name(),
                new NeuronWork(NeuronWork.Model.LEAKY).name(),
                7);
    }

    private void networks() {
        shared(new NetworkWork(1, STEPS, 0.1, 2), new NetworkWork(1, STEPS, 0.1, 1), 1.7);
        shared(new NetworkWork(128, STEPS, 0.1, 2), new NetworkWork(128, STEPS, 0.1, 1), 1.8);
        within(new NetworkWork(1, STEPS, 0.1, 1, true).name(), 6 * MICROSECOND);
    }

    private void training() {
        shared(new TrainingWork(0, 2), new TrainingWork(0, 1), 1.8);
        shared(new TrainingWork(0.29, 2), new TrainingWork(0.29, 1), 1.8);
        shared(new RecurrentTrainingWork(2), new RecurrentTrainingWork(1), 1.8);
        atMost(new EPropWork(true, 1).name(), new EPropWork(false, 1).name(), 1.5);
        atMost(new TrainingWork(0, 1, 8).name(), new TrainingWork(0, 1).name(), 1.1);
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

    private void againstFloats(Work work, double goal) {
        atLeast(work.name() + ", against floats", goal, "%.2f", ratio(work.name(), Contestant.FLOATS));
    }

    /** Adds the speed of two threads relative to one. */
    private void shared(Work two, Work one, double goal) {
        atLeast(two.name() + ", against one thread", goal, "%.2f", times(one.name(), two.name()));
    }

    /** Adds the time of a work relative to a plainer one. */
    private void atMost(String work, String plain, double goal) {
        OptionalDouble found = times(work, plain);
        targets.add(new Target(
                work + ", times " + plain,
                "<= %.1f".formatted(goal),
                Table.number(found, "%.2f"),
                verdict(found.isPresent(), found.orElse(0) <= goal)));
    }

    /** Returns the time of the first work relative to the second. */
    private OptionalDouble times(String first, String second) {
        OptionalDouble time = time(first);
        OptionalDouble other = time(second);
        return time.isEmpty() || other.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(time.getAsDouble() / other.getAsDouble());
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

    /** Returns the time of C in this JVM, which has native access, divided by the library's time in the other JVM. */
    private OptionalDouble withoutFlags(String work) {
        Double time = report.withoutFlags().get(work);
        OptionalDouble ratio = ratio(work, Contestant.YARDSTICK);
        return time == null || ratio.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(ratio.getAsDouble() * time(work).getAsDouble() / time);
    }

    private static String leaky(LeakyStepWork.Mode mode) {
        return new LeakyStepWork(mode, 1000, 1, STEPS).name();
    }

    private static String matmul(double density) {
        return new SpikeMatmulWork(784, 1000, STEPS, density, 1).name();
    }
}
