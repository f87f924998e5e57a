package dev.spikelane.train;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.loss.ClassBlocks;
import dev.spikelane.train.loss.ErrorWeights;
import dev.spikelane.train.loss.Labels;
import dev.spikelane.train.loss.LossKind;
import dev.spikelane.train.loss.LossShape;
import dev.spikelane.train.loss.ScoreEntropy;
import dev.spikelane.train.loss.SoftmaxTerm;
import dev.spikelane.train.loss.StepEntropy;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of the softmax of a population's outputs, with labels: {@code -log softmax(z)[label]}.
 *
 * <p>Five forms differ in z and in the reduction over steps; the last has two methods, one for each z. All but
 * {@link #membrane} have the values of snnTorch's functions:
 *
 * <table>
 * <caption>Forms</caption>
 * <tr><th>form</th><th>z</th><th>steps</th><th>in Python</th></tr>
 * <tr><td>{@link #rate}</td><td>spikes of one step</td><td>mean</td><td>{@code ce_rate_loss}</td></tr>
 * <tr><td>{@link #count}</td><td>spikes of all steps, added up</td><td>one term</td><td>{@code ce_count_loss}</td></tr>
 * <tr><td>{@link #maxMembrane}</td><td>the highest membrane of all steps</td><td>one term</td>
 *     <td>{@code ce_max_membrane_loss}</td></tr>
 * <tr><td>{@link #membrane}</td><td>membranes of one step</td><td>sum</td>
 *     <td>a loop over {@code nn.CrossEntropyLoss}, as in tutorial 5</td></tr>
 * <tr><td>{@link #temporal}, {@link #reciprocalTemporal}</td>
 *     <td>{@code -t} or {@code 1 / (t + 1)}, t the step of the first spike, or the last step</td>
 *     <td>one term</td><td>{@code ce_temporal_loss}</td></tr>
 * </table>
 *
 * <p>The gradient of the highest membrane goes to the first step with that value. The gradient of a first spike time
 * goes to the step of the spike, with its sign changed.
 *
 * <p>Class weights multiply the terms of their labels. The first three forms divide by the number of samples, as
 * snnTorch does. Other forms divide by the sum of the weights of all labels, as PyTorch does.
 *
 * <p>A population code sums the outputs of each class before the softmax. snnTorch's {@code ce_rate_loss} does not add
 * them up. Without weights it raises an error. With weights, labels name outputs: the first block of outputs gets the
 * first weight, all others the second. One weight for each output, without a population code, gives its numbers.
 */
public final class CrossEntropyLoss implements Loss {

    /** The scores of the softmax. */
    enum Form {
        RATE("ce_rate_loss"),
        COUNT("ce_count_loss"),
        MAX_MEMBRANE("ce_max_membrane_loss"),
        MEMBRANE("ce_membrane_loss"),
        TEMPORAL("ce_temporal_loss");

        private final String name;

        Form(String name) {
            this.name = name;
        }

        boolean readsMembranes() {
            return this == MAX_MEMBRANE || this == MEMBRANE;
        }

        /** True if each step has its own softmax. */
        boolean ofSteps() {
            return this == RATE || this == MEMBRANE;
        }

        boolean dividesByWeights() {
            return this == MEMBRANE || this == TEMPORAL;
        }
    }

    private final Form form;
    private final boolean sums;
    private final float @Nullable [] weights;
    private final int populationClasses;
    private final double smoothing;
    private final boolean reciprocal;

    private CrossEntropyLoss(
            Form form,
            boolean sums,
            float @Nullable [] weights,
            int populationClasses,
            double smoothing,
            boolean reciprocal) {
        this.form = form;
        this.sums = sums;
        this.weights = weights;
        this.populationClasses = populationClasses;
        this.smoothing = smoothing;
        this.reciprocal = reciprocal;
    }

    private static CrossEntropyLoss of(Form form) {
        return new CrossEntropyLoss(form, false, null, 0, 0, false);
    }

    /** {@return the form that takes the softmax of spikes at each step} */
    public static CrossEntropyLoss rate() {
        return of(Form.RATE);
    }

    /** {@return the form that takes the softmax of spike counts} */
    public static CrossEntropyLoss count() {
        return of(Form.COUNT);
    }

    /** {@return the form that takes the softmax of the highest membranes} */
    public static CrossEntropyLoss maxMembrane() {
        return of(Form.MAX_MEMBRANE);
    }

    /** {@return the form that takes the softmax of membranes at each step} */
    public static CrossEntropyLoss membrane() {
        return of(Form.MEMBRANE);
    }

    /** {@return the form that takes the softmax of negated first spike times} */
    public static CrossEntropyLoss temporal() {
        return of(Form.TEMPORAL);
    }

    /**
     * Returns the form that takes the softmax of {@code 1 / (t + 1)}, t the first spike time.
     *
     * @return the loss
     */
    public static CrossEntropyLoss reciprocalTemporal() {
        return new CrossEntropyLoss(Form.TEMPORAL, false, null, 0, 0, true);
    }

    /** {@return this loss with the sum of the samples' terms in place of their mean} */
    public CrossEntropyLoss withSum() {
        return new CrossEntropyLoss(form, true, weights, populationClasses, smoothing, reciprocal);
    }

    /**
     * Returns this loss with class weights.
     *
     * @param ofClasses one for each class, finite, at least 0
     * @return the loss
     * @throws IllegalArgumentException if a weight is negative or not finite
     */
    public CrossEntropyLoss withWeights(float... ofClasses) {
        Objects.requireNonNull(ofClasses, "ofClasses");
        return new CrossEntropyLoss(
                form, sums, ErrorWeights.copyOf(ofClasses), populationClasses, smoothing, reciprocal);
    }

    /**
     * Returns this loss with a population code.
     *
     * @param classes how many classes the outputs stand for, in blocks of the same size, at least 1
     * @return the loss
     * @throws IllegalArgumentException if there is no class, or this loss reads membranes or spike times
     */
    public CrossEntropyLoss withPopulationCode(int classes) {
        if (form != Form.RATE && form != Form.COUNT) {
            throw new IllegalArgumentException(name() + " has no population code, expected one that counts spikes");
        }
        return new CrossEntropyLoss(form, sums, weights, ClassBlocks.requireClasses(classes), smoothing, reciprocal);
    }

    /**
     * Returns this loss with label smoothing, as in {@code nn.CrossEntropyLoss}. The label's class has the target
     * {@code 1 - share + share / classes}, every other class {@code share / classes}. The smoothed part is multiplied
     * by the class's weight.
     *
     * @param share from 0 to 1
     * @return the loss
     * @throws IllegalArgumentException if it is outside
     */
    public CrossEntropyLoss withLabelSmoothing(double share) {
        Checks.share("label smoothing", share);
        return new CrossEntropyLoss(form, sums, weights, populationClasses, share, reciprocal);
    }

    @Override
    public String name() {
        return form.name;
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
        return switch (form) {
            case RATE, COUNT -> Decoding.COUNT;
            case MAX_MEMBRANE -> Decoding.MAX_MEMBRANE;
            case MEMBRANE -> Decoding.MEMBRANE;
            case TEMPORAL -> Decoding.FIRST_SPIKE;
        };
    }

    /** Returns true if the loss is a sum over steps. */
    boolean isOfSteps() {
        return form.ofSteps();
    }

    /** Returns true if evaluators can sum the softmaxes for decoding membranes. */
    boolean scoresMembranes() {
        return form == Form.MEMBRANE;
    }

    @Override
    public int classes(int outputs) {
        int classes = ClassBlocks.of(outputs, populationClasses).classes();
        if (weights != null && weights.length != classes) {
            throw new IllegalArgumentException(
                    name() + " has " + weights.length + " class weights, expected " + classes + ", one for each class");
        }
        return classes;
    }

    @Override
    public double divisor(Loss.Input input) {
        if (sums) {
            return 1;
        }
        if (weights == null || !form.dividesByWeights()) {
            return input.batch();
        }
        Labels.require(input.rows(), input.batch(), "sample", 0, input.batch(), classes(input.outputs()));
        double sum = 0;
        for (int sample = 0; sample < input.batch(); sample++) {
            sum += weights[input.labels()[sample]];
        }
        return sum;
    }

    @Override
    public Loss.Computation bind(int steps, int batch, int outputs) {
        LossShape shape = new LossShape(steps, batch, outputs);
        SoftmaxTerm term = new SoftmaxTerm(classes(outputs), form.ofSteps() ? steps : 1, weights, smoothing);
        ClassBlocks blocks = ClassBlocks.of(outputs, populationClasses);
        LossKind kind = switch (form) {
            case RATE, MEMBRANE -> new StepEntropy(shape, term, blocks, form == Form.RATE);
            case COUNT -> ScoreEntropy.ofCounts(shape, term, blocks);
            case MAX_MEMBRANE -> ScoreEntropy.ofHighestMembranes(shape, term);
            case TEMPORAL -> ScoreEntropy.ofFirstSpikes(shape, term, reciprocal);
        };
        return Loss.Input.evaluator(kind);
    }

    /** The name and all options that are not as they are by default; checkpoints compare it. */
    @Override
    public String toString() {
        return name()
                + (sums ? ", sum" : "")
                + (weights == null ? "" : ", weights " + Arrays.toString(weights))
                + (populationClasses == 0 ? "" : ", population of " + populationClasses + " classes")
                + (smoothing == 0 ? "" : ", smoothing " + smoothing)
                + (reciprocal ? ", reciprocal times" : "");
    }
}
