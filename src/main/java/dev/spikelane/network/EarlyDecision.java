package dev.spikelane.network;

import dev.spikelane.kernel.target.LabelRows;
import dev.spikelane.memory.SpikeMatrix;
import java.util.List;

/**
 * When a sample's label is decided before all its steps have run. The label is the class that fires most often, the
 * lowest of equals, as {@link SpikeCounts#label} says.
 *
 * <p>A lead that no other class can make up for in the steps that are left always decides: the label is the one of the
 * whole run then. A class gains at most one spike for each of its outputs in a step. With a margin, a lead of so many
 * spikes decides too, which saves more steps and may give another label than the whole run; {@link #learn} finds the
 * margin, and says how accurate it is.
 *
 * <pre>{@code
 * EarlyLabels labels = simulation.observe("lif2", EarlyDecision.exact(200).labels());
 * while (!labels.decided()) {
 *     simulation.step(nextSpikes());
 * }
 * labels.label(0);
 * }</pre>
 *
 * @param steps steps of a whole run, at least 1
 * @param margin lead in spikes at which a label is decided, at least 1; {@link #NO_MARGIN} for labels of the whole run
 * @param classes how many classes the outputs stand for, in blocks of the same size (a population code); 0: each output
 *     is one
 */
public record EarlyDecision(int steps, int margin, int classes) {

    /** The margin of a rule that decides only what the whole run would. */
    public static final int NO_MARGIN = Integer.MAX_VALUE;

    /**
     * Makes a rule.
     *
     * @throws IllegalArgumentException if there is no step, the margin is below 1, or the classes are negative
     */
    public EarlyDecision {
        if (steps < 1 || margin < 1 || classes < 0) {
            throw new IllegalArgumentException("steps is " + steps + ", margin " + margin + ", classes " + classes
                    + ", expected at least 1, 1 and 0");
        }
    }

    /**
     * What a margin that was learned does on the data from which it was learned.
     *
     * @param rule the rule
     * @param accuracy share of the samples whose early label is right
     * @param wholeAccuracy share of the samples whose label after all steps is right
     * @param averageSteps steps after which labels are decided
     */
    public record Learned(EarlyDecision rule, double accuracy, double wholeAccuracy, double averageSteps) {}

    /**
     * Decides as soon as the label cannot change any more.
     *
     * @param steps steps of a whole run, at least 1
     * @return the rule
     * @throws IllegalArgumentException if there is no step
     */
    public static EarlyDecision exact(int steps) {
        return new EarlyDecision(steps, NO_MARGIN, 0);
    }

    /**
     * Finds the smallest margin that is accurate enough on validation data, and if none is, decides as {@link #exact}
     * does.
     *
     * @param outputs spikes of the output population in whole runs, {@code [steps * batch x outputs]} each, as
     *     {@link SpikeRecorder} keeps them
     * @param labels the right classes of all samples, in the order of the runs
     * @param leastAccuracy share of the samples whose early label must be right, from 0 to 1
     * @return this rule with the margin, and what it does on these data
     * @throws IllegalArgumentException if there is no run, rows are no multiple of the steps, or labels are not as many
     *     as samples or no classes
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
        Learned exact = new EarlyDecision(steps, NO_MARGIN, classes).measured(outputs, labels, Double.NaN);
        int most = steps * (classes == 0 ? 1 : outputs.getFirst().columns() / classes);
        for (int each = 1; each <= most; each++) {
            Learned learned = new EarlyDecision(steps, each, classes).measured(outputs, labels, exact.wholeAccuracy);
            if (learned.accuracy >= leastAccuracy) {
                return learned;
            }
        }
        return exact;
    }

    /** What this rule does; a rule without a margin is as accurate as the whole run. */
    private Learned measured(List<SpikeMatrix> outputs, int[] labels, double wholeAccuracy) {
        int right = 0;
        long done = 0;
        int sample = 0;
        for (SpikeMatrix run : outputs) {
            int batch = run.rows() / steps;
            SpikeRace race = new SpikeRace(this, 1, run.columns());
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
     * Makes what decides labels while a simulation runs.
     *
     * @return an observer for the output population of one simulation
     */
    public EarlyLabels labels() {
        return new EarlyLabels(this);
    }
}
