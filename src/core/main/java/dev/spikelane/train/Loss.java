package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.loss.EfficientEntropy;
import dev.spikelane.train.loss.LossKind;
import dev.spikelane.train.loss.LossRows;
import dev.spikelane.train.loss.LossSink;
import dev.spikelane.train.loss.RateCost;
import dev.spikelane.train.loss.ScoreEntropy;
import dev.spikelane.train.loss.VanRossum;
import java.util.Objects;
import java.util.Optional;

/**
 * The number that training minimizes, computed from the spikes or membranes of a population over all steps, and its
 * gradient.
 *
 * <p>{@link CrossEntropyLoss}, {@link SquaredErrorLoss} and {@link #spikeRatePenalty} have snnTorch's functions. A loss
 * is immutable; {@link #bind} creates an object that computes it for one size of batch without allocating. Your own
 * loss implements this interface.
 *
 * <p>The loss of a batch is a sum over its samples. Each term is divided by the {@link #divisor}, a number of the whole
 * batch that does not depend on the network's outputs. So parts of a batch can be computed separately, and their sums
 * added in ascending order.
 */
public interface Loss {

    /**
     * Returns a penalty on spikes: {@code factor * spikes}, summed over outputs, steps and samples, as in snnTorch's
     * {@code l1_rate_sparsity}. It needs no labels and fits any population.
     *
     * @param factor the cost of one spike, finite; 1e-5 is snnTorch's default
     * @return the loss
     * @throws IllegalArgumentException if the factor is not finite in float32
     */
    static Loss spikeRatePenalty(double factor) {
        Checks.require(Float.isFinite((float) factor), "factor", factor, "a finite number");
        return new SpikeRatePenalty(factor);
    }

    /**
     * Returns the loss of temporal efficient training (Deng et al. 2022): {@code (1 - share) * mean over steps of
     * CE(u[t], label) + share * mean over steps and outputs of (u[t] - target)^2}. Outputs are decoded by {@link
     * Decoding#MEMBRANE}.
     *
     * @param share from 0 to 1; the paper uses 0.05 for images, 0.001 for events
     * @param target of all membranes, finite; the paper uses the threshold
     * @return the loss
     * @throws IllegalArgumentException if a number is outside
     */
    static Loss temporalEfficient(double share, double target) {
        Checks.share("share", share);
        Checks.finite("target", target);
        return new FormulaLoss(
                "tet_loss, share " + share + ", target " + target,
                Decoding.MEMBRANE,
                false,
                false,
                shape -> new EfficientEntropy(shape, share, target));
    }

    /**
     * Returns the cross-entropy of the membranes' mean over all steps, {@code CE(mean over t of u[t], label)}, which
     * {@link #temporalEfficient} improves. Outputs are decoded by {@link Decoding#MEMBRANE}.
     *
     * @return the loss
     */
    static Loss temporalMean() {
        return new FormulaLoss("ce_mean_membrane_loss", Decoding.MEMBRANE, false, false, ScoreEntropy::ofMeans);
    }

    /**
     * Returns a cost of rates outside of a range, for hidden populations (Zenke and Vogels 2021): the mean over samples
     * and outputs of {@code max(0, lower - r)^2 + max(0, r - upper)^2}, with r the mean spikes of a step. Equal bounds
     * are a target; an upper bound of 1 costs silence alone.
     *
     * @param lower from 0 to the upper bound
     * @param upper at most 1
     * @return the loss
     * @throws IllegalArgumentException if the bounds are no such range
     */
    static Loss rateBounds(double lower, double upper) {
        if (!(lower >= 0 && lower <= upper && upper <= 1)) {
            throw new IllegalArgumentException(
                    "bounds are " + lower + " and " + upper + ", expected a range of rates from 0 to 1");
        }
        return new FormulaLoss(
                "rate_bounds, " + lower + " to " + upper,
                Decoding.NONE,
                true,
                false,
                shape -> RateCost.ofBounds(shape, lower, upper));
    }

    /**
     * Returns the divergence of rates from a rate, which keeps hidden populations sparse (Ng 2011): the mean over
     * samples and outputs of {@code rate * log(rate / r) + (1 - rate) * log((1 - rate) / (1 - r))}, with {@code r =
     * (spikes + 1/2) / (steps + 1)}, which is finite for silence.
     *
     * @param rate the target, above 0 and below 1
     * @return the loss
     * @throws IllegalArgumentException if the rate is outside
     */
    static Loss rateDivergence(double rate) {
        Checks.require(rate > 0 && rate < 1, "rate", rate, "a number above 0 and below 1");
        return new FormulaLoss(
                "kl_rate_loss, rate " + rate, Decoding.NONE, true, false, shape -> RateCost.ofDivergence(shape, rate));
    }

    /**
     * Returns the distance of van Rossum (2001) between spike trains and target spikes: the mean over samples and
     * outputs of {@code 1 / tau * sum over t of (f[t] - g[t])^2}, with {@code f[t] = exp(-1 / tau) * f[t - 1] +
     * spike[t]} and g the filtered targets.
     *
     * @param tau of the filter, in steps, above 0
     * @return the loss, which takes targets of each step, {@code [steps * batch x outputs]} or {@code [batch x (steps *
     *     outputs)]}
     * @throws IllegalArgumentException if tau is not above 0 and finite
     */
    static Loss vanRossum(double tau) {
        Checks.finite("tau", tau);
        Checks.require(tau > 0, "tau", tau, "a number above 0");
        return new FormulaLoss("van_rossum, tau " + tau, Decoding.NONE, true, true, shape -> new VanRossum(shape, tau));
    }

    /** {@return the name in files and messages, such as {@code ce_rate_loss}} */
    String name();

    /** {@return true if the loss reads spikes, {@link Input#spikes}, and computes their gradient} */
    boolean readsSpikes();

    /** {@return true if the loss reads membranes, {@link Input#membranes}, and computes their gradient} */
    boolean readsMembranes();

    /** {@return the decoding of outputs to classes; {@link Decoding#NONE} if the loss has no classes} */
    default Decoding decoding() {
        return Decoding.NONE;
    }

    /**
     * Returns the number of classes that labels may name.
     *
     * @param outputs neurons of the population
     * @return classes, fewer than {@code outputs} for a population code
     * @throws IllegalArgumentException if the loss does not fit as many outputs
     */
    default int classes(int outputs) {
        return outputs;
    }

    /**
     * Computes the number by which every term is divided, by default the number of samples.
     *
     * @param input labels or targets of the whole batch, and its size; spikes and membranes are not read
     * @return the divisor
     */
    default double divisor(Input input) {
        return input.batch();
    }

    /**
     * Creates an object that computes this loss.
     *
     * @param steps time steps, at least 1
     * @param batch the most samples, at least 1
     * @param outputs neurons of the population, at least 1
     * @return the evaluator, for one thread at a time
     * @throws IllegalArgumentException if the loss does not fit as many outputs
     */
    Computation bind(int steps, int batch, int outputs);

    /**
     * Computes a loss for one size of batch, for one thread at a time: it has scratch memory. Threads that share a
     * batch have one each and take ranges of samples.
     */
    interface Computation {

        /**
         * Computes the terms of some samples and their gradients, both divided by {@link Input#divisor}.
         *
         * @param input the input of the whole batch
         * @param first the first sample
         * @param end the index after the last sample
         * @param gradient gets the gradients: overwrites the rows of the samples in {@code [first, end)}, at every
         *     step, in all present matrices
         * @param terms gets the term of each sample, at the sample's index
         * @throws IllegalArgumentException if a label is not a class, or shapes differ from the evaluator's sizes
         * @throws IndexOutOfBoundsException if the range is not within the batch
         */
        void evaluate(Input input, int first, int end, Gradient gradient, double[] terms);

        /**
         * Computes the loss of all samples of the input and its gradient.
         *
         * @param input of the loss
         * @param gradient receives the gradients
         * @param terms receives the term of each sample; as long as the batch or longer
         * @return the sum of the terms, samples ascending
         */
        default double evaluate(Input input, Gradient gradient, double[] terms) {
            evaluate(input, 0, input.batch(), gradient, terms);
            double sum = 0;
            for (int sample = 0; sample < input.batch(); sample++) {
                sum += terms[sample];
            }
            return sum;
        }
    }

    /** The matrices for a loss's gradients. A missing matrix is not computed. */
    final class Gradient {

        /** Computes terms without gradients. */
        public static final Gradient NONE = new Gradient(LossSink.NONE);

        private final LossSink sink;

        private Gradient(LossSink sink) {
            this.sink = sink;
        }

        LossSink sink() {
            return sink;
        }

        /**
         * Creates a place for the gradient with respect to spikes.
         *
         * @param spikes {@code [steps * batch x outputs]}
         * @return the place
         */
        public static Gradient ofSpikes(FloatMatrix spikes) {
            return new Gradient(new LossSink(spikes, null, null));
        }

        /**
         * Creates a place for the gradient with respect to membranes.
         *
         * @param membranes {@code [steps * batch x outputs]}
         * @return the place
         */
        public static Gradient ofMembranes(FloatMatrix membranes) {
            return new Gradient(new LossSink(null, membranes, null));
        }

        /**
         * Creates a place for both gradients. A loss leaves the matrix of a signal that it does not read.
         *
         * @param spikes {@code [steps * batch x outputs]}
         * @param membranes {@code [steps * batch x outputs]}
         * @return the place
         */
        public static Gradient of(FloatMatrix spikes, FloatMatrix membranes) {
            return new Gradient(new LossSink(spikes, membranes, null));
        }

        /**
         * Returns this place with one for the terms of the loss before samples are added up.
         *
         * @param terms {@code [batch x 1]} for cross-entropy and penalties, {@code [batch x classes]} for squared
         *     errors, {@code [spikes * batch x outputs]} for squared errors of several spike times
         * @return the place
         */
        public Gradient withElements(FloatMatrix terms) {
            return new Gradient(new LossSink(sink.spikes(), sink.membranes(), terms));
        }

        Gradient withScores(FloatMatrix scores) {
            return new Gradient(new LossSink(sink.spikes(), sink.membranes(), sink.elements(), scores));
        }

        /** {@return the gradient with respect to spikes, {@code [steps * batch x outputs]}, if any} */
        public Optional<FloatMatrix> spikes() {
            return Optional.ofNullable(sink.spikes());
        }

        /**
         * {@return the gradient with respect to membranes before the reset, {@code [steps * batch x outputs]}, if any}
         */
        public Optional<FloatMatrix> membranes() {
            return Optional.ofNullable(sink.membranes());
        }

        /** {@return the terms, if any} */
        public Optional<FloatMatrix> elements() {
            return Optional.ofNullable(sink.elements());
        }

        @Override
        public String toString() {
            return "Gradient into " + sink;
        }
    }

    /**
     * The input of a loss: spikes or membranes of a population over a batch, time-major ({@code row = step * batch +
     * sample}), and the targets. Data that the loss does not read may be left unset. Setters keep their argument
     * without a copy and allocate nothing.
     */
    final class Input {

        private final LossRows rows;

        /**
         * Creates an input.
         *
         * @param steps time steps, at least 1
         * @param batch samples, at least 1
         * @param outputs neurons, at least 1
         * @throws IllegalArgumentException if a size is below 1
         */
        public Input(int steps, int batch, int outputs) {
            this.rows = new LossRows(steps, batch, outputs);
        }

        Input(LossRows rows) {
            this.rows = rows;
        }

        void setSamples(int[] numbers) {
            rows.samples = numbers;
        }

        LossRows rows() {
            return rows;
        }

        static Loss.Computation evaluator(LossKind kind) {
            return (input, first, end, gradient, terms) ->
                    kind.evaluate(input.rows, first, end, gradient.sink(), terms);
        }

        /**
         * Sets the spikes.
         *
         * @param matrix {@code [steps * batch x outputs]}
         * @return this input
         * @throws IllegalArgumentException if it has another shape
         */
        public Input setSpikes(SpikeMatrix matrix) {
            matrix.requireShape("spikes", Math.multiplyExact(rows.steps, rows.batch), rows.outputs);
            rows.spikes = matrix;
            return this;
        }

        /**
         * Sets the membranes before the reset.
         *
         * @param matrix {@code [steps * batch x outputs]}
         * @return this input
         * @throws IllegalArgumentException if it has another shape
         */
        public Input setMembranes(FloatMatrix matrix) {
            matrix.requireShape("membranes", Math.multiplyExact(rows.steps, rows.batch), rows.outputs);
            rows.membranes = matrix;
            return this;
        }

        /**
         * Sets the classes.
         *
         * @param classes one for each sample, or for each step if the loss has labels of steps
         * @return this input
         */
        public Input setLabels(int[] classes) {
            return setLabels(Objects.requireNonNull(classes, "classes"), 0);
        }

        /**
         * Sets the classes of a part of a batch.
         *
         * @param first the index of the first one in the batch, for messages
         */
        Input setLabels(int[] classes, int first) {
            rows.labels = classes;
            rows.firstLabel = first;
            return this;
        }

        /**
         * Sets the targets of the outputs, for losses without classes.
         *
         * @param values in the loss's shape
         * @return this input
         */
        public Input setTargets(FloatMatrix values) {
            rows.targets = Objects.requireNonNull(values, "values");
            return this;
        }

        void forgetTargets() {
            rows.targets = null;
        }

        /**
         * Sets the divisor of the whole batch, from {@link Loss#divisor}.
         *
         * @param number by which terms and gradients are divided
         * @return this input
         */
        public Input setDivisor(double number) {
            rows.divisor = number;
            return this;
        }

        /** {@return the number of steps} */
        public int steps() {
            return rows.steps;
        }

        /** {@return the number of samples} */
        public int batch() {
            return rows.batch;
        }

        /** {@return the number of neurons} */
        public int outputs() {
            return rows.outputs;
        }

        /**
         * Returns the spikes.
         *
         * @return {@code [steps * batch x outputs]}
         * @throws IllegalStateException if there are none
         */
        public SpikeMatrix spikes() {
            return rows.spikes();
        }

        /**
         * Returns the membranes.
         *
         * @return {@code [steps * batch x outputs]}
         * @throws IllegalStateException if there are none
         */
        public FloatMatrix membranes() {
            return rows.membranes();
        }

        /** {@return the classes; empty if none were set} */
        public int[] labels() {
            return rows.labels;
        }

        /**
         * Returns the targets.
         *
         * @return the matrix that was set
         * @throws IllegalStateException if none was set
         */
        public FloatMatrix targets() {
            return rows.targets();
        }

        /** {@return the number by which terms and gradients are divided} */
        public double divisor() {
            return rows.divisor;
        }

        /**
         * Returns the number of a sample in its data set, by which a loss or a {@linkplain Decoding#ofSpikes decoding}
         * may find its length.
         *
         * @param ofBatch its number in the batch, from 0
         * @return its number in the data set, or in the batch without a data set
         * @throws IndexOutOfBoundsException if there is no such sample
         */
        public int sample(int ofBatch) {
            Objects.checkIndex(ofBatch, rows.batch);
            return rows.samples.length == 0 ? ofBatch : rows.samples[ofBatch];
        }

        @Override
        public String toString() {
            return "Input of " + rows.steps + " steps, " + rows.batch + " samples and " + rows.outputs + " outputs";
        }
    }
}
