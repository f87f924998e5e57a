package dev.spikelane.train;

/**
 * The squared error of membranes, averaged over the steps: {@code (membrane - target)^2 / steps}, as snnTorch's {@code mse_membrane_loss} has
 * it.
 *
 * <p>Targets are two levels, one for the label's class and one for the others, or numbers ({@link #ofTargets}), for regressions. As in snnTorch, a negative
 * level of the others counts as 0 where the other level is above it.
 */
public final class MembraneErrorLoss implements Loss {

    /** Where targets come from. */
    enum Source {
        SAMPLE_LABELS,
        STEP_LABELS,
        NUMBERS
    }

    private final Source source;
    private final ErrorTargets levels;
    private final Reduction reduction;
    private final ErrorWeights weights;

    private MembraneErrorLoss(Source source, ErrorTargets levels, Reduction reduction, ErrorWeights weights) {
        this.source = source;
        this.levels = levels;
        this.reduction = reduction;
        this.weights = weights;
    }

    /**
     * Makes a loss.
     *
     * @param on the membrane that the label's class should have, finite
     * @param off the membrane that the others should have, finite
     * @throws IllegalArgumentException if one is not finite
     */
    public MembraneErrorLoss(double on, double off) {
        this(Source.SAMPLE_LABELS, ErrorTargets.of(on, off), Reduction.MEAN, ErrorWeights.NONE);
    }

    /** Makes a loss with levels 1 and 0. */
    public MembraneErrorLoss() {
        this(1, 0);
    }

    /**
     * Makes a loss whose targets are numbers, from {@link LossInput#targets}: {@code [steps * batch x outputs]}, or {@code [batch x outputs]} for
     * targets that do not change with time.
     *
     * @return the loss
     */
    public static MembraneErrorLoss ofTargets() {
        return new MembraneErrorLoss(Source.NUMBERS, ErrorTargets.of(1, 0), Reduction.MEAN, ErrorWeights.NONE);
    }

    /**
     * Returns this loss with a label for each step, which holds for the whole batch, instead of one for each sample.
     *
     * @return the loss
     * @throws IllegalArgumentException if this loss takes no labels, or has class weights
     */
    public MembraneErrorLoss withStepLabels() {
        if (source == Source.NUMBERS || weights.values() != null) {
            throw new IllegalArgumentException(
                    "labels of steps need a loss that takes labels and has no class weights");
        }
        return new MembraneErrorLoss(Source.STEP_LABELS, levels, reduction, weights);
    }

    boolean readsStepLabels() {
        return source == Source.STEP_LABELS;
    }

    /**
     * Returns this loss with another reduction.
     *
     * @param terms what becomes of the terms
     * @return the loss
     */
    public MembraneErrorLoss withReduction(Reduction terms) {
        return new MembraneErrorLoss(source, levels, terms, weights);
    }

    /**
     * Returns this loss with class weights, which multiply the terms of the samples with their label; a mean is not divided by them.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite, or labels are not those of samples
     */
    public MembraneErrorLoss withWeights(float... ofClasses) {
        return withWeights(new ErrorWeights(ErrorWeights.copyOf(ofClasses), false));
    }

    /**
     * Returns this loss with snnTorch's class weights: the weight of sample j's label multiplies output j of all samples. It exists to
     * reproduce results; there must be as many samples as outputs, or one.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite, or labels are not those of samples
     */
    public MembraneErrorLoss withOutputWeights(float... ofClasses) {
        return withWeights(new ErrorWeights(ErrorWeights.copyOf(ofClasses), true));
    }

    private MembraneErrorLoss withWeights(ErrorWeights others) {
        if (source != Source.SAMPLE_LABELS) {
            throw new IllegalArgumentException("class weights need a loss with a label for each sample");
        }
        return new MembraneErrorLoss(source, levels, reduction, others);
    }

    @Override
    public String name() {
        return "mse_membrane_loss";
    }

    @Override
    public boolean readsSpikes() {
        return false;
    }

    @Override
    public boolean readsMembranes() {
        return true;
    }

    @Override
    public Decoding decoding() {
        return source == Source.SAMPLE_LABELS ? Decoding.MEMBRANE : Decoding.NONE;
    }

    @Override
    public double divisor(LossInput input) {
        return reduction == Reduction.MEAN ? (double) input.batch() * input.outputs() : 1;
    }

    @Override
    public LossEvaluator bind(int steps, int batch, int outputs) {
        return new MembraneError(new LossShape(steps, batch, outputs), source, levels, weights);
    }

    @Override
    public String toString() {
        return name();
    }
}
