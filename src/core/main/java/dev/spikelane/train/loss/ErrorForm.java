package dev.spikelane.train.loss;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.SquaredErrorLoss;
import java.util.Arrays;

/** The outputs that a {@link SquaredErrorLoss} compares, and their targets. */
public sealed interface ErrorForm {

    String name();

    boolean readsMembranes();

    /** Returns the number of classes of labels. */
    default int classes(int outputs) {
        return outputs;
    }

    /** Returns the number of terms of a sample, the divisor of a mean. */
    default double terms(int outputs) {
        return classes(outputs);
    }

    /** Returns true if each sample has a label, which may select a weight. */
    boolean labelsSamples();

    LossKind bind(LossShape shape, ErrorWeights weights);

    /**
     * Spike counts.
     *
     * @param correctRate target spikes per step of the labeled class
     * @param incorrectRate target spikes per step of the other classes
     * @param populationClasses the number of classes in equal blocks of outputs; 0 if each output is a class
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
     * @param source the source of the targets
     * @param levels targets of labels
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
     * @param targets targets of the first spike, the second and so on; empty if they come with each batch
     * @param spikes the number of spikes of an output with a target
     * @param tolerance in steps
     * @param sharedSteps true if several spikes are found in snnTorch's way, see {@link SharedSpikeTimes}
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
            return new SpikeTimeError(shape, times, this, weights);
        }
    }
}
