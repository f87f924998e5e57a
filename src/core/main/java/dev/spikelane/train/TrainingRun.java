package dev.spikelane.train;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.train.gradient.NonFiniteRunningValue;
import dev.spikelane.train.run.Checkpoint;
import dev.spikelane.train.run.Divergence;
import dev.spikelane.train.run.EpochNotices;
import dev.spikelane.train.run.EpochNumbers;
import dev.spikelane.train.run.EpochOrders;
import dev.spikelane.train.run.History;
import dev.spikelane.train.run.NonFiniteLoss;
import dev.spikelane.train.run.RunNumbers;
import dev.spikelane.train.run.RunState;
import dev.spikelane.train.update.RefusedParameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network epoch by epoch: shuffles, loads batches ahead, validates, stops early, saves and resumes.
 *
 * <pre>{@code
 * try (Trainer trainer = Trainer.of(network, 25, 128).loss(CrossEntropyLoss.membrane()).build()) {
 *     TrainingRun run = TrainingRun.of(trainer, training, new Batching(128).withShuffle(42))
 *             .epochs(10)
 *             .validate(validation)
 *             .checkpoint(Path.of("run.safetensors"))
 *             .resume()
 *             .build();
 *     run.run().write(Path.of("history.csv"));
 * }
 * }</pre>
 *
 * <p>A run that was stopped and resumed leaves the bits of one that was not: the checkpoint has values, the optimizer's
 * state, the place in the epoch and its sums; the order of samples, codes, augmentations and surrogates that draw are
 * functions of seeds and the epoch. It is taken over only by a run with the same network, recipe, learning rate,
 * samples (their values, labels and order) and first values of the network. Losses and accuracies of the history have
 * the same bits too; times do not.
 *
 * <p>{@link #stop} may be called by any thread, such as one that handles Ctrl-C: the run ends after the step that it is
 * in, and is saved.
 */
public final class TrainingRun {

    private final TrainingRunBuilder declared;
    private final Trainer trainer;
    private final EpochOrders orders;
    private final Checkpoint saved;
    private final RunLock turn = new RunLock("training run", this);
    private List<String> notices;
    private final TrainingBatch.Loaded batches;
    private final RunNumbers numbers;
    private final EpochNotices epochNotices;
    private RunState state;
    private int batchesOfEpoch;
    private long samplesOfEpoch;
    private volatile boolean stopping;

    TrainingRun(TrainingRunBuilder declared) {
        this.declared = declared;
        this.trainer = declared.trainer;
        this.orders = new EpochOrders(declared.batching, declared.data.size());
        this.numbers = declared.numbers();
        this.saved = new Checkpoint(
                trainer.network(), trainer.parameters(), trainer::reload, declared.identity(), numbers, orders);
        this.epochNotices = declared.epochNotices();
        this.state = new RunState(numbers.mostSpikes().size());
        this.batches =
                new TrainingBatch.Loaded(trainer.network(), trainer.recipe().steps());
        this.notices = notices();
    }

    /**
     * Creates a builder of a run.
     *
     * @param trainer trains on batches; the caller closes it
     * @param data the samples
     * @param batching how they become batches
     * @return a builder
     */
    public static TrainingRunBuilder of(Trainer trainer, Dataset data, Batching batching) {
        Objects.requireNonNull(trainer, "trainer");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(batching, "batching");
        return new TrainingRunBuilder(trainer, data, batching);
    }

    /**
     * Returns notices about this run: the network's {@linkplain Network#notices notices}, and, for example, that
     * validation uses another decoding than training, or that the checkpoint holds a finished run.
     *
     * @return sentences
     */
    public List<String> warnings() {
        return notices;
    }

    /** Ends the run after its present step, from any thread; another object resumes it from its checkpoint. */
    public void stop() {
        stopping = true;
    }

    /** {@return true if all epochs are done or the run stopped early} */
    public boolean finished() {
        return state.epoch >= declared.epochs || declared.patience > 0 && state.epochsSinceBest() >= declared.patience;
    }

    /** {@return the results of all finished epochs, in order} */
    public List<EpochResult> history() {
        return state.results.stream().map(EpochResult::new).toList();
    }

    /**
     * Returns the network with notes of its training, for {@link dev.spikelane.model.ModelFile} and {@link Classifier}:
     * steps, encoding, decoding, and population and classes if they differ from the default. An encoding with options
     * that its word does not contain is not noted.
     *
     * @return the network with its notes; its values change further
     */
    public Model model() {
        PopulationLoss main = trainer.recipe().main();
        Model model = Model.of(trainer.network())
                .with(Model.STEPS, String.valueOf(trainer.recipe().steps()));
        String code = declared.batching.code().word();
        if (!code.isEmpty()) {
            model = model.with(Model.CODE, code);
        }
        Decoding decoding = main.loss().decoding();
        if (decoding != Decoding.NONE && Decoding.values().contains(decoding)) { // a file cannot hold a program's own
            model = model.with(Model.DECODING, decoding.toString());
        }
        if (!main.population().equals(model.population())) {
            model = model.with(Model.POPULATION, main.population());
        }
        int classes = main.loss().classes(main.outputs());
        return classes == main.outputs() ? model : model.with(Model.CLASSES, String.valueOf(classes));
    }

    /**
     * Returns one number of each finished epoch, for a plot.
     *
     * @param number which, such as {@code EpochResult::loss}
     * @return a new array
     */
    public double[] curve(ToDoubleFunction<EpochResult> number) {
        Objects.requireNonNull(number, "number");
        return history().stream().mapToDouble(number).toArray();
    }

    /**
     * Writes the history, one line or object for each epoch. The file is written completely or not at all. Fields that
     * were not computed are empty.
     *
     * @param file ends in {@code .csv} or {@code .json}
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if it has another ending
     */
    public void write(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        new History(state.results).write(file);
    }

    /** {@return the number of the present epoch, from 1} */
    public int epoch() {
        return state.epoch + 1;
    }

    /** {@return the number of finished batches of the epoch} */
    public int batch() {
        return state.batch;
    }

    /** {@return the number of batches of the epoch} */
    public int batches() {
        return batchesOfEpoch;
    }

    /** {@return the number of finished samples of the epoch} */
    public long samples() {
        return state.samples;
    }

    /** {@return the number of samples of the epoch} */
    public long samplesOfEpoch() {
        return samplesOfEpoch;
    }

    /** {@return the loss of the last batch, before its update} */
    public double lastLoss() {
        return state.lastLoss;
    }

    /** {@return the mean loss of a sample of the epoch so far} */
    public double loss() {
        return state.meanLoss();
    }

    /** {@return the share of correct samples of the epoch so far; NaN if outputs are not classes} */
    public double accuracy() {
        return trainer.recipe().main().loss().decoding() == Decoding.NONE ? Double.NaN : state.accuracy();
    }

    /** {@return samples of the epoch per second} */
    public double samplesPerSecond() {
        return state.samples / (state.nanoseconds * 1e-9);
    }

    /**
     * Trains until all epochs are done, {@linkplain TrainingRunBuilder#stopAfter validation} stops improving, or
     * {@link #stop} is called. The trainer is busy meanwhile. If this method throws, finished steps and epochs remain
     * done, and another call continues after them.
     *
     * @return this run, with its history
     * @throws IOException if a checkpoint cannot be written
     * @throws IllegalArgumentException if shards from another machine do not belong to the next batch
     * @throws IllegalStateException if a loss or value is not finite (the message names epoch, batch, population and
     *     step, and the last checkpoint stays); or if this run or its trainer is busy, for example when one of its
     *     listeners calls this
     */
    public TrainingRun run() throws IOException {
        try (RunLock _ = turn.take()) {
            trainer.inTurn(this::train);
        }
        return this;
    }

    private void train() throws IOException {
        warnings().forEach(declared.onNotice);
        if (!declared.listens) {
            trainer.network().notices().forEach(this::tell);
        }
        Dataset validation = declared.validation;
        int before = state.epoch;
        try (BatchLoader loader = new BatchLoader(declared.data, declared.batching);
                Evaluator evaluator = new Evaluator(
                                trainer.running(),
                                trainer.recipe().steps(),
                                declared.validationBatching,
                                declared.threads,
                                trainer.recipe().main().population())
                        .losses(trainer.recipe().losses())
                        .decoding(declared.decoding)) {
            while (!finished()) {
                if (!epoch(loader)) {
                    save();
                    return;
                }
                trainer.follow(); // a listener may have changed values, which integers are rounded from
                finishEpoch(validation == null ? null : evaluator.evaluate(validation));
            }
        }
        if (declared.keepsBest) {
            takeBest();
        }
        if (state.epoch > before && state.epoch < declared.epochs) {
            declared.onNotice.accept("stopped early after epoch " + state.epoch + " of " + declared.epochs
                    + ": the last " + declared.patience
                    + " were no better than epoch " + (state.epoch - state.epochsSinceBest())
                    + ", whose values the network has");
        }
    }

    private void tell(String notice) {
        if (declared.listens) {
            declared.onNotice.accept(notice);
        } else {
            System.getLogger("dev.spikelane").log(System.Logger.Level.WARNING, notice);
        }
    }

    /** Trains on the rest of an epoch; returns true if it was completed. */
    private boolean epoch(BatchLoader loader) throws IOException {
        batchesOfEpoch = loader.batches();
        samplesOfEpoch =
                declared.batching.dropLast() ? (long) batchesOfEpoch * declared.batching.size() : declared.data.size();
        trainer.setEpoch(state.epoch);
        orders.go(state.epoch);
        if (declared.elsewhere == null) {
            loader.start(state.epoch, state.batch, orders.order());
        }
        long start = System.nanoTime();
        long before = state.nanoseconds;
        while (!stopping && (declared.elsewhere == null ? loader.next() : state.batch < batchesOfEpoch)) {
            step(loader);
            state.nanoseconds = before + System.nanoTime() - start;
            declared.onStep.accept(this);
            if (declared.saveEvery > 0 && state.step % declared.saveEvery == 0) {
                save();
            }
        }
        return state.batch == batchesOfEpoch;
    }

    private void step(BatchLoader loader) {
        double rate =
                declared.schedule.rate(state.step, trainer.recipe().optimizer().rate());
        trainer.setRate(rate);
        long observed = trainer.observerNanoseconds();
        int samples = (int) Math.min(declared.batching.size(), samplesOfEpoch - state.samples);
        Function<? super TrainingRun, List<ShardGradients>> elsewhere = declared.elsewhere;
        double loss;
        try {
            loss = elsewhere == null
                    ? trainer.watchedStepInTurn(batches.of(loader.batch()), state.measures())
                    : trainer.watchedUpdateInTurn(ofBatch(elsewhere.apply(this), samples), state.measures());
        } catch (NonFiniteLoss | NonFiniteRunningValue | RefusedParameter stop) {
            throw new IllegalStateException(where() + ": " + stop.getMessage(), stop);
        }
        state.lossSum += loss * samples;
        state.right += trainer.right();
        if (state.measures()) {
            state.normSum += trainer.norm();
        }
        for (int i = 0; i < state.spikes.length; i++) {
            state.spikes[i] += trainer.spikes()[i];
        }
        state.samples += samples;
        state.observerNanoseconds += trainer.observerNanoseconds() - observed;
        state.lastLoss = loss;
        state.lastRate = rate;
        state.batch++;
        state.step++;
    }

    private String where() {
        return "epoch " + epoch() + ", batch " + (state.batch + 1);
    }

    private List<ShardGradients> ofBatch(List<ShardGradients> shards, int samples) {
        if (!shards.isEmpty() && shards.getFirst().samples() != samples) {
            throw new IllegalArgumentException(where() + ": shards are of a batch of "
                    + shards.getFirst().samples() + " samples, expected " + samples);
        }
        return shards;
    }

    private void finishEpoch(Evaluator.@Nullable Result evaluation) throws IOException {
        String bad = Divergence.badValues(trainer.network());
        if (!bad.isEmpty()) {
            throw new IllegalStateException("epoch " + (state.epoch + 1) + ": " + bad + ", expected finite values");
        }
        EpochNumbers result = new EpochNumbers(
                state.epoch + 1,
                state.lastRate,
                state.meanLoss(),
                accuracy(),
                evaluation == null ? Double.NaN : evaluation.loss(),
                evaluation == null ? Double.NaN : evaluation.accuracy(),
                state.samples,
                state.nanoseconds * 1e-9,
                state.observerNanoseconds * 1e-9,
                state.meanNorm(),
                numbers.spikeRates(state));
        if (state.add(result) && declared.keepsBest) {
            state.best.putAll(Checkpoint.values(trainer.network()));
        }
        state.nextEpoch();
        save(); // before anyone is told: a listener may fail
        epochNotices.of(result).forEach(this::tell);
        declared.onEpoch.accept(this, new EpochResult(result));
    }

    private void takeBest() {
        trainer.network().weights().replaceAll(state.best);
        trainer.reload();
    }

    private void save() throws IOException {
        Path file = declared.checkpoint;
        if (file != null) {
            saved.write(file, state);
        }
    }

    void restore() throws IOException {
        Path file = Objects.requireNonNull(declared.checkpoint);
        trainer.inTurn(() -> state = saved.read(file, declared.keepsBest));
        if (finished()) {
            List<String> all = new ArrayList<>(notices);
            all.add("this run is finished, and nothing will be trained: its checkpoint is that of a whole run of "
                    + state.epoch + " epochs; ask for more epochs, or delete it to train anew");
            notices = List.copyOf(all);
        }
    }

    /** Such as {@code training run, 3 of 10 epochs, checkpoint run.safetensors}. */
    @Override
    public String toString() {
        return "training run, " + state.epoch + " of " + declared.epochs + " epochs"
                + (declared.checkpoint == null ? "" : ", checkpoint " + declared.checkpoint);
    }

    private List<String> notices() {
        List<String> texts = new ArrayList<>(trainer.network().notices());
        Loss loss = trainer.recipe().main().loss();
        if (declared.decoding != loss.decoding() && declared.validation != null) {
            texts.add("outputs are decoded by " + declared.decoding + ", while " + loss.name() + " trains "
                    + loss.decoding()
                    + ": accuracy may fall while the loss gets better; decode by what is trained, or "
                    + "train what is decoded");
        }
        if (!trainer.recipe().fuses()) {
            texts.add(String.format(
                    Locale.ROOT,
                    "gradients are stored in each step, %.1f MB, because they are observed, limited or summed "
                            + "over shards",
                    trainer.storedBytes() / 1e6));
        }
        Path file = declared.checkpoint;
        if (declared.resumes && file != null && !declared.resumed) {
            texts.add("there is no checkpoint " + file + " to go on from: the run starts from the beginning");
        }
        return List.copyOf(texts);
    }
}
