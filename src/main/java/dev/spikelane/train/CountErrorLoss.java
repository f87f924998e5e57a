package dev.spikelane.train;

/**
 * The squared error of spike counts: {@code (count - target)^2 / steps}, as snnTorch's {@code mse_count_loss} has it. The target of the label's
 * class is {@code trunc(steps * correctRate)}, that of the others {@code trunc(steps * incorrectRate)}, in float64; a population code multiplies
 * both by the outputs of a class, and counts the spikes of all of them.
 */
public final class CountErrorLoss implements Loss {

    private final double correctRate;
    private final double incorrectRate;
    private final Reduction reduction;
    private final ErrorWeights weights;
    private final int populationClasses;

    private CountErrorLoss(
            double correctRate,
            double incorrectRate,
            Reduction reduction,
            ErrorWeights weights,
            int populationClasses) {
        this.correctRate = correctRate;
        this.incorrectRate = incorrectRate;
        this.reduction = reduction;
        this.weights = weights;
        this.populationClasses = populationClasses;
    }

    /**
     * Makes a loss.
     *
     * @param correctRate spikes for each step of the class that a label names, finite, at least 0
     * @param incorrectRate spikes for each step of the other classes, finite, at least 0
     * @throws IllegalArgumentException if a rate is negative or not finite
     */
    public CountErrorLoss(double correctRate, double incorrectRate) {
        this(
                requireRate("correctRate", correctRate),
                requireRate("incorrectRate", incorrectRate),
                Reduction.MEAN,
                ErrorWeights.NONE,
                0);
    }

    /** Makes a loss whose correct class fires at each step and whose others never do. */
    public CountErrorLoss() {
        this(1, 0);
    }

    private static double requireRate(String name, double rate) {
        if (!(rate >= 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException(name + " is " + rate + ", expected a finite number of at least 0");
        }
        return rate;
    }

    /**
     * Returns this loss with another reduction.
     *
     * @param terms what becomes of the terms
     * @return the loss
     */
    public CountErrorLoss withReduction(Reduction terms) {
        return new CountErrorLoss(correctRate, incorrectRate, terms, weights, populationClasses);
    }

    /**
     * Returns this loss with class weights, which multiply the terms of the samples with their label; a mean is not divided by them.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite
     */
    public CountErrorLoss withWeights(float... ofClasses) {
        ErrorWeights others = new ErrorWeights(ErrorWeights.copyOf(ofClasses), false);
        return new CountErrorLoss(correctRate, incorrectRate, reduction, others, populationClasses);
    }

    /**
     * Returns this loss with snnTorch's class weights: the weight of sample j's label multiplies output j of all samples. It exists to
     * reproduce results; there must be as many samples as outputs, or one.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite
     */
    public CountErrorLoss withOutputWeights(float... ofClasses) {
        ErrorWeights others = new ErrorWeights(ErrorWeights.copyOf(ofClasses), true);
        return new CountErrorLoss(correctRate, incorrectRate, reduction, others, populationClasses);
    }

    /**
     * Returns this loss with a population code.
     *
     * @param classes how many classes the outputs stand for, in blocks of the same size, at least 1
     * @return the loss
     * @throws IllegalArgumentException if there is no class
     */
    public CountErrorLoss withPopulationCode(int classes) {
        return new CountErrorLoss(correctRate, incorrectRate, reduction, weights, ClassBlocks.requireClasses(classes));
    }

    @Override
    public String name() {
        return "mse_count_loss";
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
        return Decoding.RATE;
    }

    @Override
    public int classes(int outputs) {
        return ClassBlocks.of(outputs, populationClasses).classes();
    }

    @Override
    public double divisor(LossInput input) {
        return reduction == Reduction.MEAN ? (double) input.batch() * classes(input.outputs()) : 1;
    }

    @Override
    public LossEvaluator bind(int steps, int batch, int outputs) {
        LossShape shape = new LossShape(steps, batch, outputs);
        ClassBlocks blocks = ClassBlocks.of(outputs, populationClasses);
        double share = populationClasses == 0 ? 1 : (double) outputs / populationClasses;
        ErrorTargets targets =
                ErrorTargets.of((int) (steps * correctRate * share), (int) (steps * incorrectRate * share));
        return new CountError(shape, blocks, targets, weights);
    }

    @Override
    public String toString() {
        return name();
    }
}
