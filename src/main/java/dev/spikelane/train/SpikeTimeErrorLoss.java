package dev.spikelane.train;

import java.util.Objects;

/**
 * The squared error of spike times, as a part of all steps: {@code (time / steps - target / steps)^2}, as snnTorch's {@code mse_temporal_loss} has
 * it. An output that does not fire has the time of the last step.
 *
 * <p>Targets are times, one or several for the label's class and as many for the others, or a time for each output ({@link #ofTimes}). A negative time counts
 * from the end: -1 is the last step. But as in snnTorch, a negative time of the others counts as 0 where that of the label's class is above it; so with
 * snnTorch's defaults, 0 and -1, every class should fire at step 0.
 *
 * <p>The derivative of a time with respect to its spike counts as -1; the gradient goes to the spike's step. Times that are nearer to their target
 * than a tolerance count as hit. Of several spikes at one step (silent outputs have all theirs at the last one) the last one's gradient stands.
 */
public final class SpikeTimeErrorLoss implements Loss {

    private final double[] on;
    private final double[] off;
    private final int spikes;
    private final double tolerance;
    private final boolean sharedSteps;
    private final Reduction reduction;
    private final ErrorWeights weights;

    private SpikeTimeErrorLoss(
            double[] on,
            double[] off,
            int spikes,
            double tolerance,
            boolean sharedSteps,
            Reduction reduction,
            ErrorWeights weights) {
        this.on = on;
        this.off = off;
        this.spikes = spikes;
        this.tolerance = tolerance;
        this.sharedSteps = sharedSteps;
        this.reduction = reduction;
        this.weights = weights;
    }

    /**
     * Makes a loss of first spikes.
     *
     * @param on the time for the label's class
     * @param off the time for the others
     * @throws IllegalArgumentException if one is not finite
     */
    public SpikeTimeErrorLoss(double on, double off) {
        this(new double[] {on}, new double[] {off});
    }

    /** Makes a loss with snnTorch's defaults, 0 and -1. */
    public SpikeTimeErrorLoss() {
        this(0, -1);
    }

    /**
     * Makes a loss of the first spike, the second, and so on.
     *
     * @param on times for the label's class, at least one
     * @param off as many times for the others
     * @throws IllegalArgumentException if there is no time, their numbers differ, or one is not finite
     */
    public SpikeTimeErrorLoss(double[] on, double[] off) {
        this(
                Objects.requireNonNull(on, "on").clone(),
                Objects.requireNonNull(off, "off").clone(),
                on.length,
                0,
                false,
                Reduction.MEAN,
                ErrorWeights.NONE);
        if (on.length == 0 || on.length != off.length) {
            throw new IllegalArgumentException("there are " + on.length + " times for the label's class and "
                    + off.length + " for the others, expected as many, at least one");
        }
        for (int spike = 0; spike < on.length; spike++) {
            ErrorTargets.of(on[spike], off[spike]);
        }
    }

    /**
     * Makes a loss whose targets are times, from {@link LossInput#targets}: {@code [spikes * batch x outputs]}, first the rows of all first
     * spikes. A negative time counts from the end.
     *
     * @param spikes how many spikes of each output have a target, at least 1
     * @return the loss
     * @throws IllegalArgumentException if there is no spike
     */
    public static SpikeTimeErrorLoss ofTimes(int spikes) {
        if (spikes < 1) {
            throw new IllegalArgumentException("spikes is " + spikes + ", expected at least 1");
        }
        double[] none = {};
        return new SpikeTimeErrorLoss(none, none, spikes, 0, false, Reduction.MEAN, ErrorWeights.NONE);
    }

    /**
     * Returns this loss with a tolerance.
     *
     * @param steps times that differ from their target by less than this count as hit; at least 0
     * @return the loss
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public SpikeTimeErrorLoss withTolerance(double steps) {
        if (!(steps >= 0)) {
            throw new IllegalArgumentException("tolerance is " + steps + ", expected at least 0");
        }
        return new SpikeTimeErrorLoss(on, off, spikes, steps, sharedSteps, reduction, weights);
    }

    /**
     * Returns this loss with snnTorch's way of finding several spikes: once the n-th spikes of all outputs and samples are known, all spikes at all
     * their steps are forgotten, also those of others. It exists to reproduce results: samples depend on each other, so a batch must be evaluated
     * whole.
     *
     * @param shared whether spikes are found so
     * @return the loss
     */
    public SpikeTimeErrorLoss withSharedSteps(boolean shared) {
        return new SpikeTimeErrorLoss(on, off, spikes, tolerance, shared, reduction, weights);
    }

    /**
     * Returns this loss with another reduction.
     *
     * @param terms what becomes of the terms
     * @return the loss
     */
    public SpikeTimeErrorLoss withReduction(Reduction terms) {
        return new SpikeTimeErrorLoss(on, off, spikes, tolerance, sharedSteps, terms, weights);
    }

    /**
     * Returns this loss with class weights, which multiply the terms of the samples with their label; a mean is not divided by them.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite, or this loss takes no labels
     */
    public SpikeTimeErrorLoss withWeights(float... ofClasses) {
        return withWeights(new ErrorWeights(ErrorWeights.copyOf(ofClasses), false));
    }

    /**
     * Returns this loss with snnTorch's class weights: the weight of sample j's label multiplies output j of all samples. It exists to
     * reproduce results; there must be as many samples as outputs, or one.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite, or this loss takes no labels
     */
    public SpikeTimeErrorLoss withOutputWeights(float... ofClasses) {
        return withWeights(new ErrorWeights(ErrorWeights.copyOf(ofClasses), true));
    }

    private SpikeTimeErrorLoss withWeights(ErrorWeights others) {
        if (on.length == 0) {
            throw new IllegalArgumentException("class weights need a loss that takes labels");
        }
        return new SpikeTimeErrorLoss(on, off, spikes, tolerance, sharedSteps, reduction, others);
    }

    @Override
    public String name() {
        return "mse_temporal_loss";
    }

    @Override
    public boolean readsSpikes() {
        return true;
    }

    @Override
    public boolean readsMembranes() {
        return false;
    }

    @Override
    public Decoding decoding() {
        return on.length == 0 ? Decoding.NONE : Decoding.FIRST_SPIKE;
    }

    @Override
    public double divisor(LossInput input) {
        return reduction == Reduction.MEAN ? (double) spikes * input.batch() * input.outputs() : 1;
    }

    @Override
    public LossEvaluator bind(int steps, int batch, int outputs) {
        ErrorTargets[] targets = new ErrorTargets[on.length];
        for (int spike = 0; spike < on.length; spike++) {
            targets[spike] = ErrorTargets.of(on[spike], off[spike]);
        }
        LossShape shape = new LossShape(steps, batch, outputs);
        SpikeTimes times = sharedSteps ? new SharedSpikeTimes(spikes, shape) : new OwnSpikeTimes(spikes, outputs);
        return new SpikeTimeError(shape, spikes, times, targets, tolerance, weights);
    }

    @Override
    public String toString() {
        return name();
    }
}
