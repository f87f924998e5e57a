package dev.spikelane.train;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.loss.ClassBlocks;
import dev.spikelane.train.loss.ErrorForm;
import dev.spikelane.train.loss.ErrorTargets;
import dev.spikelane.train.loss.ErrorWeights;
import dev.spikelane.train.loss.LossShape;
import dev.spikelane.train.loss.TargetSource;
import java.util.Objects;

/**
 * The squared error of a population's outputs, with targets: of spike counts, membranes or spike times.
 *
 * <table>
 * <caption>Forms</caption>
 * <tr><th>form</th><th>term</th><th>in Python</th></tr>
 * <tr><td>{@link #count()}</td><td>{@code (count - target)^2 / steps}</td><td>{@code mse_count_loss}</td></tr>
 * <tr><td>{@link #membrane()}, {@link #membraneTargets}</td>
 *     <td>{@code (membrane - target)^2 / steps}, the mean over the steps</td><td>{@code mse_membrane_loss}</td></tr>
 * <tr><td>{@link #spikeTime()}, {@link #spikeTimeTargets}</td><td>{@code (time / steps - target / steps)^2}</td>
 *     <td>{@code mse_temporal_loss}</td></tr>
 * </table>
 *
 * <p><b>Counts.</b> The label's class has the target {@code trunc(steps * correctRate)}, every other class
 * {@code trunc(steps * incorrectRate)}, in float64. A population code multiplies both by the outputs of a class and
 * counts the spikes of all these outputs.
 *
 * <p><b>Membranes.</b> Targets are two levels, one for the label's class and one for the others, or numbers, for
 * regressions.
 *
 * <p><b>Spike times.</b> An output that does not fire has the time of the last step. Targets are times, one or several
 * for the label's class and as many for the others, or a time for each output. A negative time counts from the end: -1
 * is the last step. The derivative of a time with respect to its spike counts as -1; the gradient goes to the spike's
 * step. Of several spikes at one step (silent outputs have all theirs at the last one) the last one's gradient stands.
 *
 * <p>As in snnTorch, a negative target of the other classes counts as 0 if the target of the label's class is larger.
 * So with snnTorch's default times, 0 and -1, every class should fire at step 0.
 */
public final class SquaredErrorLoss implements Loss {

    private final ErrorForm form;
    private final boolean sums;
    private final ErrorWeights weights;

    private SquaredErrorLoss(ErrorForm form, boolean sums, ErrorWeights weights) {
        this.form = form;
        this.sums = sums;
        this.weights = weights;
    }

    private static SquaredErrorLoss of(ErrorForm form) {
        return new SquaredErrorLoss(form, false, ErrorWeights.NONE);
    }

    /** {@return a loss of spike counts: the correct class fires at each step, other classes never} */
    public static SquaredErrorLoss count() {
        return count(1, 0);
    }

    /**
     * Returns a loss of spike counts.
     *
     * @param correctRate spikes for each step of the class that a label names, finite, at least 0
     * @param incorrectRate spikes for each step of the other classes, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a rate is negative or not finite
     */
    public static SquaredErrorLoss count(double correctRate, double incorrectRate) {
        return of(new ErrorForm.Count(correctRate, incorrectRate, 0));
    }

    /** {@return a loss of membranes with the levels 1 and 0} */
    public static SquaredErrorLoss membrane() {
        return membrane(1, 0);
    }

    /**
     * Returns a loss of membranes.
     *
     * @param on the membrane that the label's class should have, finite
     * @param off the membrane that the others should have, finite
     * @return the loss
     * @throws IllegalArgumentException if one is not finite
     */
    public static SquaredErrorLoss membrane(double on, double off) {
        return of(new ErrorForm.Membrane(TargetSource.SAMPLE_LABELS, ErrorTargets.of(on, off)));
    }

    /**
     * Returns a loss of membranes whose targets are numbers, from {@link Loss.Input#targets}:
     * {@code [steps * batch x outputs]}, or {@code [batch x outputs]} for targets that do not change with time.
     * Trainers and evaluators also take {@code [batch x (steps * outputs)]}, as rows of a data set are.
     *
     * @return the loss
     */
    public static SquaredErrorLoss membraneTargets() {
        return of(new ErrorForm.Membrane(TargetSource.NUMBERS, ErrorTargets.of(1, 0)));
    }

    /** {@return a loss of first spikes with snnTorch's default times, 0 and -1} */
    public static SquaredErrorLoss spikeTime() {
        return spikeTime(0, -1);
    }

    /**
     * Returns a loss of first spikes.
     *
     * @param on the time for the label's class
     * @param off the time for the others
     * @return the loss
     * @throws IllegalArgumentException if one is not finite
     */
    public static SquaredErrorLoss spikeTime(double on, double off) {
        return spikeTimes(new double[] {on}, new double[] {off});
    }

    /**
     * Returns a loss of the first spike, the second, and so on.
     *
     * @param on times for the label's class, at least one
     * @param off as many times for the others
     * @return the loss
     * @throws IllegalArgumentException if there is no time, their numbers differ, or one is not finite
     */
    public static SquaredErrorLoss spikeTimes(double[] on, double[] off) {
        if (on.length == 0 || on.length != off.length) {
            throw new IllegalArgumentException("there are " + on.length + " times for the label's class and "
                    + off.length + " for the others, expected as many, at least one");
        }
        ErrorTargets[] targets = new ErrorTargets[on.length];
        for (int spike = 0; spike < on.length; spike++) {
            targets[spike] = ErrorTargets.of(on[spike], off[spike]);
        }
        return of(new ErrorForm.SpikeTime(targets, on.length, 0, false));
    }

    /**
     * Returns a loss whose targets are times, from {@link Loss.Input#targets}: {@code [spikes * batch x outputs]},
     * first the rows of all first spikes. A negative time counts from the end.
     *
     * @param spikes how many spikes of each output have a target, at least 1
     * @return the loss
     * @throws IllegalArgumentException if there is no spike
     */
    public static SquaredErrorLoss spikeTimeTargets(int spikes) {
        Checks.atLeast(1, "spikes", spikes);
        return of(new ErrorForm.SpikeTime(new ErrorTargets[0], spikes, 0, false));
    }

    private SquaredErrorLoss with(ErrorForm other) {
        return new SquaredErrorLoss(other, sums, weights);
    }

    /**
     * Returns this loss, of membranes, with a label for each step, which holds for the whole batch, instead of one for
     * each sample.
     *
     * @return the loss
     * @throws IllegalArgumentException if this loss is of no membranes, takes no labels, or has class weights
     */
    public SquaredErrorLoss withStepLabels() {
        if (!(form instanceof ErrorForm.Membrane membrane && membrane.labelsSamples()) || weights.values() != null) {
            throw new IllegalArgumentException(
                    "labels of steps need a loss of membranes that takes labels and has no class weights");
        }
        return with(new ErrorForm.Membrane(TargetSource.STEP_LABELS, membrane.levels()));
    }

    /** Returns the allowed numbers of target blocks, of steps or spikes; empty if targets follow from labels. */
    int[] targetBlocks(int steps) {
        return switch (form) {
            case ErrorForm.Membrane membrane when membrane.source() == TargetSource.NUMBERS -> new int[] {1, steps};
            case ErrorForm.SpikeTime times when times.targets().length == 0 -> new int[] {times.spikes()};
            default -> new int[0];
        };
    }

    boolean readsStepLabels() {
        return form instanceof ErrorForm.Membrane membrane && membrane.source() == TargetSource.STEP_LABELS;
    }

    /**
     * Returns this loss, of spike counts, with a population code.
     *
     * @param classes how many classes the outputs stand for, in blocks of the same size, at least 1
     * @return the loss
     * @throws IllegalArgumentException if there is no class, or this loss is of no spike counts
     */
    public SquaredErrorLoss withPopulationCode(int classes) {
        if (!(form instanceof ErrorForm.Count count)) {
            throw new IllegalArgumentException(name() + " has no population code, expected one that counts spikes");
        }
        return with(
                new ErrorForm.Count(count.correctRate(), count.incorrectRate(), ClassBlocks.requireClasses(classes)));
    }

    /**
     * Returns this loss, of spike times, with a tolerance.
     *
     * @param steps times that differ from their target by less than this count as hit; at least 0
     * @return the loss
     * @throws IllegalArgumentException if it is negative or NaN, or this loss is of no spike times
     */
    public SquaredErrorLoss withTolerance(double steps) {
        Checks.require(steps >= 0, "tolerance", steps, "at least 0");
        ErrorForm.SpikeTime times = ofSpikeTimes("tolerance");
        return with(new ErrorForm.SpikeTime(times.targets(), times.spikes(), steps, times.sharedSteps()));
    }

    /**
     * Returns this loss of spike times with snnTorch's way of finding several spikes. After it has found the n-th
     * spikes of all outputs and samples, snnTorch drops all spikes at any of their steps, for every output and sample.
     * This option exists to reproduce results: samples depend on each other, so a batch must be evaluated whole.
     *
     * @return the loss
     * @throws IllegalArgumentException if this loss is of no spike times
     */
    public SquaredErrorLoss withSharedSteps() {
        ErrorForm.SpikeTime times = ofSpikeTimes("way of finding spikes");
        return with(new ErrorForm.SpikeTime(times.targets(), times.spikes(), times.tolerance(), true));
    }

    private ErrorForm.SpikeTime ofSpikeTimes(String option) {
        if (form instanceof ErrorForm.SpikeTime times) {
            return times;
        }
        throw new IllegalArgumentException(name() + " has no " + option + ", expected a loss of spike times");
    }

    /** {@return this loss with the sum of all terms in place of their mean} */
    public SquaredErrorLoss withSum() {
        return new SquaredErrorLoss(form, true, weights);
    }

    /**
     * Returns this loss with class weights, which multiply the terms of the samples with their label; a mean is not
     * divided by them.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite, or this loss takes no labels of samples
     */
    public SquaredErrorLoss withWeights(float... ofClasses) {
        Objects.requireNonNull(ofClasses, "ofClasses");
        return withWeights(new ErrorWeights(ErrorWeights.copyOf(ofClasses), false));
    }

    /**
     * Returns this loss with snnTorch's class weights: the weight of sample j's label multiplies output j of all
     * samples. It exists to reproduce results; there must be as many samples as outputs, or one.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite, or this loss takes no labels of samples
     */
    public SquaredErrorLoss withOutputWeights(float... ofClasses) {
        Objects.requireNonNull(ofClasses, "ofClasses");
        return withWeights(new ErrorWeights(ErrorWeights.copyOf(ofClasses), true));
    }

    private SquaredErrorLoss withWeights(ErrorWeights others) {
        if (!form.labelsSamples()) {
            throw new IllegalArgumentException(
                    name() + " takes no label for each sample, expected a loss that does, for class weights");
        }
        return new SquaredErrorLoss(form, sums, others);
    }

    @Override
    public String name() {
        return form.name();
    }

    @Override
    public boolean readsSpikes() {
        return !form.readsMembranes();
    }

    @Override
    public boolean readsMembranes() {
        return form.readsMembranes();
    }

    @Override
    public Decoding decoding() {
        if (!form.labelsSamples()) {
            return Decoding.NONE;
        }
        return switch (form) {
            case ErrorForm.Count _ -> Decoding.COUNT;
            case ErrorForm.Membrane _ -> Decoding.MEMBRANE;
            case ErrorForm.SpikeTime _ -> Decoding.FIRST_SPIKE;
        };
    }

    @Override
    public int classes(int outputs) {
        return form.classes(outputs);
    }

    @Override
    public double divisor(Loss.Input input) {
        return sums ? 1 : input.batch() * form.terms(input.outputs());
    }

    @Override
    public Loss.Computation bind(int steps, int batch, int outputs) {
        return Loss.Input.evaluator(form.bind(new LossShape(steps, batch, outputs), weights));
    }

    /** The name and all options; checkpoints compare it. */
    @Override
    public String toString() {
        return name() + ", " + form + (sums ? ", sum" : "") + (weights.values() == null ? "" : ", " + weights);
    }
}
