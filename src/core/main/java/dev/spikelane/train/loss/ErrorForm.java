package dev.spikelane.train.loss;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.SquaredErrorLoss;
import java.util.Arrays;

/** The outputs that a {@link SquaredErrorLoss} compares, and their targets. */
public sealed interface ErrorForm {

    String name();

    boolean readsMembranes();

    /** Classes that labels may name. */
    default int classes(int outputs) {
        return outputs;
    }

    /** Terms of one sample, which a mean divides by. */
    default double terms(int outputs) {
        return classes(outputs);
    }

    /** Whether each sample has a label, which may choose a weight. */
    boolean labelsSamples();

    LossKind bind(LossShape shape, ErrorWeights weights);

    /**
     * Spike counts.
     *
     * @param correctRate spikes for each step of the class that a label names
     * @param incorrectRate spikes for each step of the other classes
     * @param populationClasses how many classes the outputs stand for; 0: each is one
     */
    record Count(double correctRate, double incorrectRate, int populationClasses) implements ErrorForm {

        public Count {
            requireRate("correctRate", correctRate);
            requireRate("incorrectRate", incorrectRate);
        }

        private static void requireRate(String name, double rate) {
            Checks.finiteFromZero(name, rate);
        }

        @Override
        public String name() {
            return "mse_count_loss";
        }

        @Override
        public boolean readsMembranes() {
            return false;
        }

        @Override
        public int classes(int outputs) {
            return ClassBlocks.of(outputs, populationClasses).classes();
        }

        @Override
        public boolean labelsSamples() {
            return true;
        }

        @Override
        public LossKind bind(LossShape shape, ErrorWeights weights) {
            int outputs = shape.outputs();
            int steps = shape.steps();
            double share = populationClasses == 0 ? 1 : (double) outputs / populationClasses;
            ErrorTargets targets =
                    ErrorTargets.of((int) (steps * correctRate * share), (int) (steps * incorrectRate * share));
            return new CountError(shape, ClassBlocks.of(outputs, populationClasses), targets, weights);
        }
    }

    /**
     * Membranes.
     *
     * @param source where targets come from
     * @param levels of labels
     */
    record Membrane(TargetSource source, ErrorTargets levels) implements ErrorForm {

        @Override
        public String name() {
            return "mse_membrane_loss";
        }

        @Override
        public boolean readsMembranes() {
            return true;
        }

        @Override
        public boolean labelsSamples() {
            return source == TargetSource.SAMPLE_LABELS;
        }

        @Override
        public LossKind bind(LossShape shape, ErrorWeights weights) {
            return new MembraneError(shape, source, levels, weights);
        }
    }

    /**
     * Spike times.
     *
     * @param targets of the first spike, the second and so on; none: they come with each batch
     * @param spikes how many spikes of each output have a target
     * @param tolerance in steps
     * @param sharedSteps whether several spikes are found as snnTorch finds them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record SpikeTime(ErrorTargets[] targets, int spikes, double tolerance, boolean sharedSteps) implements ErrorForm {

        @Override
        public String name() {
            return "mse_temporal_loss";
        }

        @Override
        public String toString() {
            return "SpikeTime[targets=" + Arrays.toString(targets) + ", spikes=" + spikes + ", tolerance=" + tolerance
                    + ", sharedSteps=" + sharedSteps + "]";
        }

        @Override
        public boolean readsMembranes() {
            return false;
        }

        @Override
        public double terms(int outputs) {
            return (double) spikes * outputs;
        }

        @Override
        public boolean labelsSamples() {
            return targets.length > 0;
        }

        @Override
        public LossKind bind(LossShape shape, ErrorWeights weights) {
            SpikeTimes times =
                    sharedSteps ? new SharedSpikeTimes(spikes, shape) : new OwnSpikeTimes(spikes, shape.outputs());
            return new SpikeTimeError(shape, spikes, times, targets, tolerance, weights);
        }
    }
}
