package dev.spikelane.train;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.run.CodedSteps;
import dev.spikelane.train.run.InputColumns;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one training step. It refers to memory of the caller, which may be overwritten for the next step.
 *
 * @param inputs for each input's name {@code [steps * batch x inputs]}, time-major; or one frame for all steps,
 *     {@code [batch x inputs]}
 * @param constant true if inputs are frames
 * @param labels classes of the samples, or other labels that the loss reads; extra ones are ignored
 * @param targets targets of the losses, or null: {@code [batch x outputs]}; of each step
 *     {@code [steps * batch x outputs]}, time-major, or {@code [batch x (steps * outputs)]}
 * @param targetsOf targets of populations that have their own, by name
 * @param samples indices of the samples in their data set, or null for 0, 1, 2 ...; random surrogates and dropouts use
 *     them
 * @param lengths the number of steps of each sample, from 1 to the trainer's steps; null if all samples have all steps.
 *     Extra lengths, and rows after a sample's end, are ignored. A sample has the results of a trainer with its number
 *     of steps, but with the divisor of the whole batch
 */
@SuppressWarnings({"ArrayRecordComponent", "exports"}) // never compared, and deliberately not copied
public record TrainingBatch(
        Map<String, ? extends Signal> inputs,
        boolean constant,
        int[] labels,
        @Nullable FloatMatrix targets,
        Map<String, FloatMatrix> targetsOf,
        int @Nullable [] samples,
        int @Nullable [] lengths) {

    private static final int[] NO_LABELS = {};

    /** Checks that no required part is null. */
    public TrainingBatch {
        Objects.requireNonNull(inputs, "inputs");
        Objects.requireNonNull(labels, "labels");
        Objects.requireNonNull(targetsOf, "targetsOf");
    }

    /**
     * Creates a batch whose losses read the same targets.
     *
     * @param inputs as {@link #inputs}
     * @param constant as {@link #constant}
     * @param labels as {@link #labels}
     * @param targets as {@link #targets}
     * @param samples as {@link #samples}
     */
    public TrainingBatch(
            Map<String, ? extends Signal> inputs,
            boolean constant,
            int[] labels,
            @Nullable FloatMatrix targets,
            int @Nullable [] samples) {
        this(inputs, constant, labels, targets, Map.of(), samples, null);
    }

    /**
     * Returns this batch with samples of different length.
     *
     * @param ofSamples as {@link #lengths}
     * @return the batch
     */
    public TrainingBatch withLengths(int... ofSamples) {
        Objects.requireNonNull(ofSamples, "ofSamples");
        return new TrainingBatch(inputs, constant, labels, targets, targetsOf, samples, ofSamples);
    }

    /** Name of the only input, in a batch of one input. */
    static final String ONLY = "";

    /**
     * Creates a batch of one input and labels.
     *
     * @param input {@code [steps * batch x inputs]}, time-major, spikes or finite values
     * @param labels classes of the samples
     * @return the batch
     */
    public static TrainingBatch of(Signal input, int... labels) {
        Objects.requireNonNull(input, "input");
        return new TrainingBatch(Map.of(ONLY, input), false, labels, null, null);
    }

    /**
     * Creates a batch with one frame at all steps, and labels.
     *
     * @param frame {@code [batch x inputs]}, spikes or finite values
     * @param labels classes of the samples
     * @return the batch
     */
    public static TrainingBatch ofFrame(Signal frame, int... labels) {
        Objects.requireNonNull(frame, "frame");
        return new TrainingBatch(Map.of(ONLY, frame), true, labels, null, null);
    }

    /**
     * Creates a batch of several inputs and labels.
     *
     * @param inputs for each input's name {@code [steps * batch x inputs]}, time-major, spikes or finite values
     * @param labels classes of the samples
     * @return the batch
     */
    public static TrainingBatch of(Map<String, ? extends Signal> inputs, int... labels) {
        return new TrainingBatch(inputs, false, labels, null, null);
    }

    /**
     * Creates a batch with frames of several inputs at all steps, and labels.
     *
     * @param frames for each input's name {@code [batch x inputs]}, spikes or finite values
     * @param labels classes of the samples
     * @return the batch
     */
    public static TrainingBatch ofFrames(Map<String, ? extends Signal> frames, int... labels) {
        return new TrainingBatch(frames, true, labels, null, null);
    }

    /**
     * Creates a batch of one input and targets.
     *
     * @param input {@code [steps * batch x inputs]}, time-major, spikes or finite values
     * @param targets as the loss says
     * @return the batch
     */
    public static TrainingBatch withTargets(Signal input, FloatMatrix targets) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(targets, "targets");
        return new TrainingBatch(Map.of(ONLY, input), false, NO_LABELS, targets, null);
    }

    /**
     * Creates a batch of one input and targets for populations. The losses of a population read its targets.
     *
     * @param input {@code [steps * batch x inputs]}, time-major, spikes or finite values
     * @param targets as the losses say, by the names of populations
     * @return the batch
     */
    public static TrainingBatch withTargets(Signal input, Map<String, FloatMatrix> targets) {
        Objects.requireNonNull(input, "input");
        return new TrainingBatch(Map.of(ONLY, input), false, NO_LABELS, null, targets, null, null);
    }

    /**
     * Creates a batch from a loader's batch.
     *
     * @param batch samples with labels or targets; the result is valid as long as it is, and again when the loader
     *     fills the same memory with as many samples
     * @param steps of the trainer; an input with one row for each sample is a frame for several steps
     * @return the batch
     * @throws IllegalArgumentException if steps is below 1, or the number of input rows is neither samples times steps
     *     nor samples
     */
    public static TrainingBatch of(BatchLoader.Batch batch, int steps) {
        Objects.requireNonNull(batch, "batch");
        Checks.atLeast(1, "steps", steps);
        Map<String, FloatMatrix> targetsOf = batch.targetsOf();
        targetsOf.replaceAll((population, targets) -> targets.rows(0, batch.count()));
        return new TrainingBatch(
                Map.of(ONLY, batch.input()),
                CodedSteps.isFrame(batch.input(), batch.count(), steps),
                batch.labels(),
                batch.hasTargets() ? batch.targets().rows(0, batch.count()) : null,
                targetsOf,
                batch.samples(),
                batch.lengths().length == 0 ? null : batch.lengths());
    }

    /** Returns the targets for losses of a population. */
    @Nullable
    FloatMatrix targets(String population) {
        FloatMatrix own = targetsOf.get(population);
        return own == null ? targets : own;
    }

    Signal input(String name, boolean only) {
        Signal found = inputs.get(name);
        if (found == null && only) {
            found = inputs.get(ONLY);
        }
        if (found == null) {
            throw new IllegalArgumentException("input '" + name + "' is missing, found "
                    + (inputs.containsKey(ONLY)
                            ? "one without a name, expected a map from the names of all inputs"
                            : FileText.shown(inputs.keySet())));
        }
        return found;
    }

    /** Converts a loader's batches. A loader reuses a few batches, so that this allocates nothing later. */
    static final class Loaded {

        private final InputColumns columns;
        private final int steps;
        private final IdentityHashMap<Signal, Known> known = new IdentityHashMap<>();

        /** The rows of each input, cut from the loader's rows, and the batch with them. */
        private record Known(Map<String, Signal> cut, TrainingBatch batch) {}

        Loaded(Network network, int steps) {
            this.columns = new InputColumns(network);
            this.steps = steps;
        }

        TrainingBatch of(BatchLoader.Batch batch) {
            Known loaded = known.computeIfAbsent(batch.input(), rows -> known(batch));
            if (!columns.isOne()) {
                columns.cut(batch.input(), loaded.cut);
            }
            return loaded.batch;
        }

        private Known known(BatchLoader.Batch batch) {
            TrainingBatch all = TrainingBatch.of(batch, steps);
            if (columns.isOne()) {
                return new Known(Map.of(), all);
            }
            Map<String, Signal> parts = columns.allocate(batch.input());
            return new Known(
                    parts,
                    new TrainingBatch(
                            parts,
                            all.constant(),
                            all.labels(),
                            all.targets(),
                            all.targetsOf(),
                            all.samples(),
                            all.lengths()));
        }
    }
}
