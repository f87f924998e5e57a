package dev.spikelane.train;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.loss.TargetRows;
import dev.spikelane.train.run.CodedSteps;
import dev.spikelane.train.run.DataHash;
import dev.spikelane.train.run.EpochNotices;
import dev.spikelane.train.run.InputColumns;
import dev.spikelane.train.run.RunIdentity;
import dev.spikelane.train.run.RunNumbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Configures a {@link TrainingRun}. */
public final class TrainingRunBuilder {

    final Trainer trainer;
    final Dataset data;
    final Batching batching;
    int epochs = 1;
    int threads = 1;
    int patience;
    boolean keepsBest;
    boolean resumes;
    boolean resumed;

    long saveEvery;
    Schedule schedule = Schedule.constant();
    Decoding decoding;

    @Nullable
    Dataset validation;

    Batching validationBatching;

    @Nullable
    Path checkpoint;

    @Nullable
    Function<? super TrainingRun, List<ShardGradients>> elsewhere;

    Consumer<? super TrainingRun> onStep = run -> {};
    BiConsumer<? super TrainingRun, ? super EpochResult> onEpoch = (run, result) -> {};
    Consumer<? super String> onNotice = text -> {};
    boolean listens;

    TrainingRunBuilder(Trainer trainer, Dataset data, Batching batching) {
        this.trainer = trainer;
        this.data = data;
        this.batching = batching;
        this.validationBatching = batching;
        this.decoding = trainer.recipe().main().loss().decoding();
    }

    /**
     * Sets the number of epochs; 1 if it is not set.
     *
     * @param count at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public TrainingRunBuilder epochs(int count) {
        epochs = Checks.atLeast(1, "epochs", count);
        return this;
    }

    /**
     * Changes the learning rate from step to step, counted over all epochs.
     *
     * @param ofSteps computes the rate of each step from the optimizer's rate
     * @return this
     */
    public TrainingRunBuilder schedule(Schedule ofSteps) {
        schedule = Objects.requireNonNull(ofSteps, "ofSteps");
        return this;
    }

    /**
     * Evaluates samples after each epoch, encoded like the training samples.
     *
     * @param samples other samples than the training samples
     * @return this
     */
    public TrainingRunBuilder validate(Dataset samples) {
        return validate(samples, batching);
    }

    /**
     * Evaluates samples after each epoch.
     *
     * @param samples other samples than the training samples
     * @param asBatches their encoding and the batch size, which may differ
     * @return this
     */
    public TrainingRunBuilder validate(Dataset samples, Batching asBatches) {
        validation = Objects.requireNonNull(samples, "samples");
        validationBatching = Objects.requireNonNull(asBatches, "asBatches");
        return this;
    }

    /**
     * Sets how validation decodes outputs, and with it {@link #keepBest} and {@link #stopAfter}. The default is the
     * loss's decoding; the run has a notice if the two differ. A {@linkplain Decoding#ofSpikes custom} decoding can
     * leave padding out.
     *
     * @param ofOutputs the decoding
     * @return this
     */
    public TrainingRunBuilder decoding(Decoding ofOutputs) {
        decoding = Objects.requireNonNull(ofOutputs, "ofOutputs");
        return this;
    }

    /**
     * Sets the threads of validation; results do not depend on it.
     *
     * @param count at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public TrainingRunBuilder threads(int count) {
        threads = Checks.atLeast(1, "threads", count);
        return this;
    }

    /**
     * Leaves the network with the values of its best epoch: the one with the highest accuracy, or without classes the
     * lowest loss, in validation or else in training; the first of equals.
     *
     * @return this
     */
    public TrainingRunBuilder keepBest() {
        keepsBest = true;
        return this;
    }

    /**
     * Stops if no epoch has improved on the best one for a while, and {@linkplain #keepBest keeps the best}.
     *
     * @param count epochs without an improvement, at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public TrainingRunBuilder stopAfter(int count) {
        patience = Checks.atLeast(1, "epochs without an improvement", count);
        return keepBest();
    }

    /**
     * Saves the run after each epoch and when it stops. The run is refused if the file exists, unless it {@linkplain
     * #resume resumes}.
     *
     * @param file replaced as a whole each time
     * @return this
     */
    public TrainingRunBuilder checkpoint(Path file) {
        checkpoint = Objects.requireNonNull(file, "file");
        return this;
    }

    /**
     * Saves the run after some steps too.
     *
     * @param steps between two checkpoints, at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public TrainingRunBuilder checkpointEvery(int steps) {
        saveEvery = Checks.atLeast(1, "steps between checkpoints", steps);
        return this;
    }

    /**
     * Takes the gradients of each batch from elsewhere, such as other machines: the run asks for all shards of the
     * batch given by its {@link TrainingRun#epoch}, {@link TrainingRun#batch} and {@link Batching#order}, and updates
     * by them. Values, history and checkpoints have the bits of a run that computes them itself, and either continues
     * from the other's checkpoint. Learned scales of integers and learned feedback are refused: they are not values of
     * the network, so other machines do not have them.
     *
     * @param shards computes the shards of the run's next batch, as {@link Trainer#update} takes them, without the
     *     trainer
     * @return this
     */
    public TrainingRunBuilder shardsFrom(Function<? super TrainingRun, List<ShardGradients>> shards) {
        elsewhere = Objects.requireNonNull(shards, "shards");
        return this;
    }

    /**
     * Continues from the checkpoint if its file exists. The result has the bits of a run that was never stopped.
     *
     * @return this
     */
    public TrainingRunBuilder resume() {
        resumes = true;
        return this;
    }

    /**
     * Adds a listener that is called after each batch. It reads losses only, and costs nothing.
     *
     * @param listener receives the run, on the training thread
     * @return this
     */
    public TrainingRunBuilder onStep(Consumer<? super TrainingRun> listener) {
        onStep = both(onStep, listener);
        return this;
    }

    /**
     * Adds a listener that is called after each epoch, once the epoch is validated and saved. If the listener throws,
     * the epoch remains done.
     *
     * @param listener receives the result of the epoch, on the training thread, after earlier listeners
     * @return this
     */
    public TrainingRunBuilder onEpoch(Consumer<? super EpochResult> listener) {
        Objects.requireNonNull(listener, "listener");
        return onEpoch((run, result) -> listener.accept(result));
    }

    /**
     * Adds a listener that is called after each epoch and may {@linkplain TrainingRun#stop stop} the run:
     * {@code onEpoch((run, result) -> { if (result.validationAccuracy() > 0.9) run.stop(); })}. A stopped run keeps its
     * present values, even with {@link #keepBest}. Everything else is as in {@link #onEpoch(Consumer)}.
     *
     * @param listener receives the run and the result of the epoch, on the training thread, after earlier listeners
     * @return this
     */
    public TrainingRunBuilder onEpoch(BiConsumer<? super TrainingRun, ? super EpochResult> listener) {
        Objects.requireNonNull(listener, "listener");
        BiConsumer<? super TrainingRun, ? super EpochResult> before = onEpoch;
        onEpoch = (run, result) -> {
            before.accept(run, result);
            listener.accept(run, result);
        };
        return this;
    }

    /**
     * Adds a listener for notices. It receives each of {@link TrainingRun#warnings} at the start. It is called once for
     * a population that never or always fired in an epoch although its spikes are read, once for a cross-entropy that
     * stays at the value of equal scores, and when the run {@linkplain #stopAfter stops early}. If there is no
     * listener, the logger {@code dev.spikelane} gets these warnings and the
     * {@linkplain dev.spikelane.network.Network#notices network's notices}, but no early stop.
     *
     * @param listener receives a sentence, on the training thread
     * @return this
     */
    public TrainingRunBuilder onNotice(Consumer<? super String> listener) {
        listens = true;
        onNotice = both(onNotice, listener);
        return this;
    }

    /**
     * Creates the run and reads the checkpoint, if there is one; training starts with {@link TrainingRun#run}.
     *
     * @return the run
     * @throws IllegalArgumentException if data and network do not fit, the encoding makes another number of steps than
     *     the trainer has, a label is not a class of the loss, or there is no batch
     * @throws IOException if the checkpoint cannot be read, was changed, is of another run, or of more epochs than this
     *     one shall have, which changes nothing; if it is there without {@link #resume}, or its file could not be
     *     written
     */
    public TrainingRun build() throws IOException {
        requireFit(data, batching, "training data");
        if (validation != null) {
            requireFit(validation, validationBatching, "validation data");
        }
        if (batching.size() > trainer.recipe().batch()) {
            throw new IllegalArgumentException("batches have " + batching.size() + " samples, expected at most "
                    + trainer.recipe().batch() + ", for which the trainer was made");
        }
        if ((resumes || saveEvery > 0) && checkpoint == null) {
            throw new IllegalArgumentException(
                    "there is no file to save to or resume from, expected checkpoint(Path) to name one");
        }
        if (checkpoint != null && batching.code().isSequential()) {
            throw new IllegalArgumentException(
                    "the code draws from one stream, whose place no checkpoint keeps, expected a code that draws from"
                            + " the samples' own streams, or a run without a checkpoint");
        }
        if (keepsBest && trainer.learnsScales()) {
            throw new IllegalArgumentException("the best epoch is kept of the network's values, and the trainer learns"
                    + " scales beside them, expected weights whose scales follow from them");
        }
        if (elsewhere != null && !trainer.apart().isEmpty()) {
            throw new IllegalArgumentException("shards come from elsewhere, where the network's values are known, and"
                    + " the trainer learns " + trainer.apart() + " beside them, expected values of the network alone");
        }
        boolean there = false;
        if (checkpoint != null) {
            AtomicFile.requireWritable(checkpoint);
            there = Files.exists(checkpoint) && !(Files.isRegularFile(checkpoint) && Files.size(checkpoint) == 0);
            if (there && !resumes && Files.isRegularFile(checkpoint)) {
                throw new IOException(checkpoint
                        + ": holds the checkpoint of a run: resume() goes on from it; delete it to train anew");
            }
        }
        resumed = resumes && there;
        TrainingRun run = new TrainingRun(this);
        if (resumed) {
            run.restore();
        }
        return run;
    }

    private static <T> Consumer<T> both(Consumer<? super T> first, Consumer<? super T> second) {
        Objects.requireNonNull(second, "listener");
        return value -> {
            first.accept(value);
            second.accept(value);
        };
    }

    private void requireFit(Dataset samples, Batching asBatches, String what) {
        InputColumns columns = new InputColumns(trainer.network());
        int inputs = columns.columns();
        if (samples.size() < 1) {
            throw new IllegalArgumentException(what + " has no samples, expected at least one");
        }
        Signal sample = asBatches.code().allocate(1, samples.shape().size());
        CodedSteps.require(asBatches.code(), sample, trainer.recipe().steps(), "trainer");
        int encoded = sample.columns();
        if (encoded != inputs) {
            throw new IllegalArgumentException(what + " has samples of shape " + samples.shape() + ", which become "
                    + encoded + " values a step, expected " + inputs + ", the network's inputs"
                    + (trainer.network().inputs().size() > 1
                            ? " "
                                    + trainer.network().inputs().stream()
                                            .map(Input::name)
                                            .toList() + " side by side"
                            : ""));
        }
        if (encoded == samples.shape().size()) { // else a step is a piece of a sample
            columns.requireMaps(samples.shape(), what);
        }
        for (PopulationLoss loss : trainer.recipe().losses()) {
            if (loss.loss() instanceof SquaredErrorLoss error && error.readsStepLabels()) {
                throw new IllegalArgumentException(what + " has labels of samples, but " + error.name()
                        + " of population '" + loss.population()
                        + "' reads labels of steps, expected membraneTargets() with targets of each step, or"
                        + " Trainer.step");
            }
            TargetRows targets = loss.targetRows(trainer.recipe().steps());
            if (targets != null) {
                targets.requireSize(what, samples.targetSizes().getOrDefault(loss.population(), samples.targetSize()));
            } else if (loss.loss().decoding() != Decoding.NONE) {
                requireLabels(samples, loss, what);
            }
        }
        for (String each : samples.targetSizes().keySet()) {
            trainer.network().population(each);
        }
    }

    private static void requireLabels(Dataset samples, PopulationLoss loss, String what) {
        if (samples.classes() == 0) {
            if (loss.loss() instanceof CrossEntropyLoss || loss.loss() instanceof SquaredErrorLoss) {
                throw new IllegalArgumentException(what + " has no labels, expected some for "
                        + loss.loss().name() + " of population '" + loss.population() + "'");
            }
            return; // a user's loss may decode and read targets
        }
        int classes = loss.loss().classes(loss.outputs());
        for (int i = 0; i < samples.size(); i++) {
            int label = samples.label(i);
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException("label of sample " + i + " of the " + what + " is " + label
                        + ", expected a class of [0, " + classes + "), as population '" + loss.population()
                        + "' has " + loss.outputs() + " outputs");
            }
        }
    }

    private static String asBuilt(Network network) {
        return Stream.concat(
                        network.populations().stream().map(Population::toString),
                        network.projections().stream().map(Projection::toString))
                .collect(Collectors.joining("; ", "Network ", ""));
    }

    RunIdentity identity() {
        TrainingRecipe recipe = trainer.recipe();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("network", asBuilt(trainer.network()));
        for (Population population : trainer.network().populations()) {
            if (population.neuron() instanceof EquationNeuron neuron) {
                texts.put("equations of population '" + population.name() + "'", neuron.text());
                texts.put("noise of population '" + population.name() + "'", "of seed " + neuron.seed());
            }
        }
        texts.put("loss", PopulationLoss.text(recipe.losses()));
        texts.put("optimizer", recipe.optimizer().toString());
        texts.put("clipping", String.valueOf(recipe.clipping()));
        texts.put("steps", recipe.steps() + " in windows of " + recipe.window());
        texts.put("shards", String.valueOf(recipe.shards()));
        texts.put("surrogates and dropouts", recipe.surrogates());
        texts.put(
                "data",
                data.size() + " samples in batches of " + batching.size()
                        + (batching.dropLast() ? ", whole ones" : "") + ", seed " + batching.seed() + ", "
                        + batching.augmentations().size() + " augmentations (shifts, flips)");
        if (checkpoint != null) {
            texts.put("samples, by a hash of their labels and values,", DataHash.of(data));
            texts.put("order or code, by a hash of the input of the first batch,", DataHash.ofInput(data, batching));
        }
        return new RunIdentity(
                texts, step -> schedule.rate(step, recipe.optimizer().rate()));
    }

    RunNumbers numbers() {
        int batches = batching.batches(data.size());
        int batch = batching.size();
        return new RunNumbers(
                epochs,
                batches,
                batch,
                batching.dropLast() ? (long) batches * batch : data.size(),
                trainer.recipe().main().loss().decoding() != Decoding.NONE,
                mostSpikes());
    }

    private Map<String, Long> mostSpikes() {
        Map<String, Long> most = new LinkedHashMap<>();
        for (Population each : trainer.network().populations()) {
            most.put(each.name(), (long) each.size() * trainer.recipe().steps());
        }
        return most;
    }

    /** Returns the notices for populations whose spikes a projection, a loss or the decoding reads. */
    EpochNotices epochNotices() {
        TrainingRecipe recipe = trainer.recipe();
        Set<String> heard = new HashSet<>();
        for (Projection each : trainer.network().projections()) {
            if (each.source() instanceof Population population) {
                heard.add(population.name());
            }
        }
        for (PopulationLoss each : recipe.losses()) {
            if (each.loss().readsSpikes()) {
                heard.add(each.population());
            }
        }
        PopulationLoss main = recipe.main();
        if (decoding.score().readsSpikes()) {
            heard.add(main.population());
        }
        return new EpochNotices(heard, main.chance(recipe.steps(), recipe.window()));
    }

    @Override
    public String toString() {
        return "TrainingRunBuilder of " + trainer;
    }
}
