package dev.spikelane.network;

import dev.spikelane.engine.session.SpikeRace;
import dev.spikelane.kernel.encode.LabelRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rule that decides a sample's label before all its steps have run. The label is the class with the most spikes,
 * the lowest number among equals, as in {@link SpikeCounts#label}.
 *
 * <p>A lead that no other class can make up in the remaining steps always decides, and gives the label of the whole
 * run. A class gains at most one spike for each of its outputs in a step. With a margin, a lead by the margin decides
 * too: it saves more steps and may give another label. {@link #learn} finds the margin and reports its accuracy.
 * <pre>{@code
 * Labels labels = simulation.observe("lif2", EarlyExit.exact(200).labels());
 * while (!labels.decided()) {
 *     simulation.step(nextSpikes());
 * }
 * labels.label(0);
 * }</pre>
 *
 * @param steps steps of a whole run, at least 1
 * @param margin lead in spikes that decides a label, at least 1; {@link #NO_MARGIN} for labels of the whole run
 * @param classes the number of classes, each with a block of equally many outputs (a population code); 0: each output
 *     is a class
 */
public record EarlyExit(int steps, int margin, int classes) {

    /** The margin of a rule that gives the labels of whole runs. */
    public static final int NO_MARGIN = Integer.MAX_VALUE;

    /**
     * Makes a rule.
     *
     * @throws IllegalArgumentException if there is no step, the margin is below 1, or the classes are negative
     */
    public EarlyExit {
        if (steps < 1 || margin < 1 || classes < 0) {
            throw new IllegalArgumentException("steps is " + steps + ", margin " + margin + ", classes " + classes
                    + ", expected at least 1, 1 and 0");
        }
    }

    /**
     * The effect of a learned margin on the data from which it was learned.
     *
     * @param rule the rule
     * @param accuracy share of the samples whose early label is right
     * @param wholeAccuracy share of the samples whose label after all steps is right
     * @param averageSteps steps after which labels are decided
     */
    public record Learned(EarlyExit rule, double accuracy, double wholeAccuracy, double averageSteps) {}

    /**
     * {@return a rule that decides as soon as the label cannot change}
     *
     * @param steps steps of a whole run, at least 1
     * @throws IllegalArgumentException if there is no step
     */
    public static EarlyExit exact(int steps) {
        return new EarlyExit(steps, NO_MARGIN, 0);
    }

    /**
     * Finds the smallest margin that is accurate enough on validation data; if there is none, returns the
     * {@link #exact} rule.
     *
     * @param outputs spikes of the output population in whole runs, {@code [steps * batch x outputs]} each, as
     *     {@link Population.SpikeRecorder} keeps them
     * @param labels the right classes of all samples, in the order of the runs
     * @param leastAccuracy share of the samples whose early label must be right, from 0 to 1
     * @return the rule and its effect on these data
     * @throws IllegalArgumentException if there is no run, rows are not a multiple of the steps, or labels are out of
     *     range or not one per sample
     */
    public Learned learn(List<SpikeMatrix> outputs, int[] labels, double leastAccuracy) {
        int samples = 0;
        for (SpikeMatrix run : outputs) {
            if (run.rows() % steps != 0) {
                throw new IllegalArgumentException(
                        "a run has " + run.rows() + " rows, expected a multiple of " + steps + " steps");
            }
            samples += run.rows() / steps;
        }
        if (samples == 0 || samples != labels.length) {
            throw new IllegalArgumentException(
                    "runs have " + samples + " samples, expected one for each of " + labels.length + " labels");
        }
        LabelRows.requireClasses(labels, classes == 0 ? outputs.getFirst().columns() : classes);
        Learned exact = new EarlyExit(steps, NO_MARGIN, classes).measured(outputs, labels, Double.NaN);
        int most = steps * (classes == 0 ? 1 : outputs.getFirst().columns() / classes);
        for (int each = 1; each <= most; each++) {
            Learned learned = new EarlyExit(steps, each, classes).measured(outputs, labels, exact.wholeAccuracy);
            if (learned.accuracy >= leastAccuracy) {
                return learned;
            }
        }
        return exact;
    }

    private SpikeRace race(int batch, int outputs) {
        return new SpikeRace(steps, margin, classes, batch, outputs);
    }

    /** Measures this rule; NaN as {@code wholeAccuracy} stands for the accuracy of this rule. */
    private Learned measured(List<SpikeMatrix> outputs, int[] labels, double wholeAccuracy) {
        int right = 0;
        long done = 0;
        int sample = 0;
        for (SpikeMatrix run : outputs) {
            int batch = run.rows() / steps;
            SpikeRace race = race(1, run.columns());
            for (int i = 0; i < batch; i++) {
                race.clear();
                int step = 0;
                boolean over = false;
                while (!over) {
                    race.add(run, step * batch + i, 0);
                    step++;
                    over = race.isOver(0, race.leader(0), step);
                }
                done += step;
                right += race.leader(0) == labels[sample] ? 1 : 0;
                sample++;
            }
        }
        double accuracy = (double) right / labels.length;
        return new Learned(
                this, accuracy, Double.isNaN(wholeAccuracy) ? accuracy : wholeAccuracy, (double) done / labels.length);
    }

    /**
     * Makes an observer that decides labels while a simulation runs.
     *
     * @return an observer for the output population of one simulation
     */
    public Labels labels() {
        return new Labels(this);
    }

    /**
     * The labels of samples, each decided as early as an {@link EarlyExit} allows. It observes the output population of
     * one simulation, in single steps or blocks, without allocation; each {@link Simulation#reset} begins other
     * samples. Saved steps and times count all samples since it was made. Methods throw an
     * {@link IndexOutOfBoundsException} if a sample does not exist.
     */
    public static final class Labels implements Population.Observer {

        private final EarlyExit rule;
        private @Nullable SpikeRace race;
        private int[] labels = {};
        /** Steps after which each label was decided; 0 before. */
        private long[] decidedAt = {};

        private int open;
        private long steps;
        private long samples;
        private long stepsOfSamples;
        private long stepsRun;
        private long stepsOfWholeRuns;
        private long nanoseconds;

        Labels(EarlyExit rule) {
            this.rule = rule;
        }

        /**
         * Resets a simulation and runs it until all labels are decided.
         *
         * @param simulation the simulation that these labels observe
         * @param input {@code [steps * batch x inputs]}, time-major, spikes or finite values, with the steps of the
         *     rule
         * @param stepsAtOnce steps between two checks of the labels, at least 1; larger blocks run faster and stop
         *     later
         * @return the number of steps that ran
         * @throws IllegalArgumentException if there are other steps, or stepsAtOnce is below 1
         * @throws IllegalStateException if the simulation has no such observer
         */
        public int run(Simulation simulation, Signal input, int stepsAtOnce) {
            int batch = simulation.batch();
            if (input.rows() != rule.steps() * batch) {
                throw new IllegalArgumentException("input has " + input.rows() + " rows, expected " + rule.steps()
                        + " steps of " + batch + " samples; a frame of all steps goes to runConstant");
            }
            return run(
                    simulation,
                    stepsAtOnce,
                    (first, count) -> simulation.run(input.rows(first * batch, count * batch)));
        }

        /**
         * Resets a simulation and runs it with a constant input until all labels are decided.
         *
         * @param simulation the simulation that these labels observe
         * @param frame {@code [batch x inputs]}, the spikes or finite values of every step
         * @param stepsAtOnce as for {@link #run(Simulation, Signal, int)}
         * @return the number of steps that ran
         * @throws IllegalArgumentException if the frame does not fit the simulation, or stepsAtOnce is below 1
         * @throws IllegalStateException if the simulation has no such observer
         */
        public int runConstant(Simulation simulation, Signal frame, int stepsAtOnce) {
            return run(simulation, stepsAtOnce, (first, count) -> simulation.runConstant(frame, count));
        }

        private interface Block {
            void run(int first, int count);
        }

        private int run(Simulation simulation, int stepsAtOnce, Block block) {
            Checks.atLeast(1, "stepsAtOnce", stepsAtOnce);
            simulation.reset();
            long start = System.nanoTime();
            int done = 0;
            while (done < rule.steps() && (done == 0 || !decided())) {
                int some = Math.min(stepsAtOnce, rule.steps() - done);
                block.run(done, some);
                done += some;
                if (steps != done) {
                    throw new IllegalStateException("these labels saw " + steps + " of " + done
                            + " steps, expected them to observe the simulation that runs");
                }
            }
            nanoseconds += System.nanoTime() - start;
            stepsRun += done;
            stepsOfWholeRuns += rule.steps();
            return done;
        }

        /** {@return true if the labels of all samples are decided} */
        public boolean decided() {
            return open == 0;
        }

        /**
         * Returns true if the label of a sample is decided.
         *
         * @param sample the sample
         * @return whether {@link #label} stays as it is
         * @throws IndexOutOfBoundsException if there is no such sample
         */
        public boolean decided(int sample) {
            return decidedAt[sample] > 0;
        }

        /**
         * Returns the label of a sample: the one that was decided, or the class that is in the lead.
         *
         * @param sample the sample
         * @return the class
         * @throws IndexOutOfBoundsException if there is no such sample
         * @throws IllegalStateException if no simulation is observed
         */
        public int label(int sample) {
            if (race == null) {
                throw new IllegalStateException(
                        "these labels observe no simulation, expected Simulation.observe to get them");
            }
            return labels[sample];
        }

        /**
         * Returns after how many steps the label of a sample was decided.
         *
         * @param sample the sample
         * @return steps; 0 if it is not decided
         * @throws IndexOutOfBoundsException if there is no such sample
         */
        public long steps(int sample) {
            return decidedAt[sample];
        }

        /** {@return the number of labels decided since this was made} */
        public long samples() {
            return samples;
        }

        /** {@return the mean number of steps after which a label was decided; NaN before the first} */
        public double averageSteps() {
            return samples == 0 ? Double.NaN : (double) stepsOfSamples / samples;
        }

        /**
         * {@return the mean number of steps of a whole run after the decision; NaN before the first} Some ran anyway,
         * in the block of the decision; see {@link #shareSaved}.
         */
        public double averageStepsSaved() {
            return rule.steps() - averageSteps();
        }

        /**
         * {@return the share of steps that calls of {@link #run} skipped, 0 to below 1, as a batch runs until its last
         * label is decided}
         */
        public double shareSaved() {
            return stepsOfWholeRuns == 0 ? 0 : 1 - (double) stepsRun / stepsOfWholeRuns;
        }

        /** {@return the time that calls of {@link #run} took} */
        public Duration timeSpent() {
            return Duration.ofNanos(nanoseconds);
        }

        /**
         * Estimates the time that calls of {@link #run} saved: skipped steps times the mean time of a step.
         *
         * @return the time of the skipped steps
         */
        public Duration timeSaved() {
            return stepsRun == 0
                    ? Duration.ZERO
                    : Duration.ofNanos(Math.round((double) nanoseconds / stepsRun * (stepsOfWholeRuns - stepsRun)));
        }

        /**
         * {@inheritDoc}
         *
         * @throws IllegalArgumentException if it observes another population already, or the number of outputs is not a
         *     multiple of the classes
         */
        @Override
        public void attach(int batch, int neurons) {
            if (race != null) {
                throw new IllegalArgumentException(
                        "these labels observe another population, expected EarlyExit.labels() for each");
            }
            race = rule.race(batch, neurons);
            labels = new int[batch];
            decidedAt = new long[batch];
            open = batch;
        }

        @Override
        public void observe(long firstStep, int count, SpikeMatrix spikes, FloatMatrix membranes) {
            SpikeRace counted = race;
            if (counted == null || firstStep != steps) {
                throw new IllegalStateException("step " + firstStep + " follows step " + steps
                        + ", expected labels to see a run from its first step on");
            }
            for (int step = 0; step < count && open > 0; step++) {
                for (int sample = 0; sample < labels.length; sample++) {
                    if (decidedAt[sample] == 0) {
                        counted.add(spikes, step * labels.length + sample, sample);
                        labels[sample] = counted.leader(sample);
                        if (counted.isOver(sample, labels[sample], firstStep + step + 1)) {
                            decide(sample, firstStep + step + 1);
                        }
                    }
                }
            }
            steps += count;
        }

        private void decide(int sample, long step) {
            decidedAt[sample] = step;
            open--;
            samples++;
            stepsOfSamples += step;
        }

        @Override
        public void reset() {
            if (race != null) {
                race.clear();
            }
            Arrays.fill(labels, 0);
            Arrays.fill(decidedAt, 0);
            open = labels.length;
            steps = 0;
        }

        @Override
        public String toString() {
            return "Labels of " + labels.length + " samples by " + rule;
        }
    }
}
