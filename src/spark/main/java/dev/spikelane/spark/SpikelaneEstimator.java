package dev.spikelane.spark;

import dev.spikelane.data.Batching;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import dev.spikelane.train.TrainingRunBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * Trains a spiking neural network on the rows of a data set: an estimator of Spark ML, whose {@link #fit} gives a
 * {@link SpikelaneModel}. Each batch is cut into a fixed number of shards, which executors compute; their gradients are
 * summed in the order of the shards on the driver, which holds the optimizer. Weights depend on the rows, their ids,
 * the model and what is said here, and not on partitions, executors or retries: they are those of a {@link Trainer}
 * with as many shards on one machine.
 *
 * <pre>{@code
 * SpikelaneModel trained = new SpikelaneEstimator()
 *         .setModel("untrained.safetensors")
 *         .setInputCol("pixels").setLabelCol("label").setIdCol("id")
 *         .setSteps(25).setBatchSize(128).setShards(8).setEpochs(3)
 *         .setTrainer((network, steps, batch) -> Trainer.of(network, steps, batch)
 *                 .loss(CrossEntropyLoss.membrane()).optimizer(new Adam(5e-4)))
 *         .fit(rows);
 * }</pre>
 *
 * <p>Rows are numbered from 0 in the order of their ids, as the samples of a local data set are. Vectors, arrays and
 * bytes are read as {@link SpikelaneModel} reads them.
 */
public final class SpikelaneEstimator extends TrainingParams implements MLWritable {

    private static final long serialVersionUID = 1;
    private static final TrainerFactory DEFAULT = (network, steps, batch) ->
            Trainer.of(network, steps, batch).loss(CrossEntropyLoss.membrane()).optimizer(new Adam(1e-3));

    private byte @Nullable [] bytes;
    private @Nullable TrainerFactory factory;
    private transient Consumer<? super String> listener = _ -> {};
    private transient Consumer<? super TrainingRun> onStep = _ -> {};
    private transient Consumer<? super EpochResult> onEpoch = _ -> {};

    /**
     * Makes an estimator without a model, with a name of its own.
     *
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneEstimator() {
        this(Identifiable$.MODULE$.randomUID("spikelane"));
    }

    /**
     * Makes an estimator without a model.
     *
     * @param uid its name in pipelines
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneEstimator(String uid) {
        super(uid);
    }

    @Override
    public SpikelaneEstimator setModel(byte[] modelFile) {
        ModelUse.requireOneInput(ModelFile.modelOf(modelFile));
        bytes = modelFile;
        return with(modelHash(), HeldModel.hash(modelFile));
    }

    /**
     * Says how the network is trained.
     *
     * @param value a lambda of what can be serialized, but is not saved; without this call cross-entropy of membranes,
     *     by Adam with a rate of 0.001
     * @return this
     */
    public SpikelaneEstimator setTrainer(TrainerFactory value) {
        factory = value;
        return with(trainer(), "program");
    }

    @Override
    TrainerFactory factory() {
        TrainerFactory known = factory;
        if (known == null && !getOrDefault(trainer()).equals("default")) {
            throw new IllegalStateException(
                    uid() + " was loaded, and trainers are not saved, expected setTrainer before");
        }
        return known == null ? DEFAULT : known;
    }

    /**
     * Says the column of the classes.
     *
     * @param value its name; {@code label} without this call
     * @return this
     */
    public SpikelaneEstimator setLabelCol(String value) {
        return with(labelCol(), value);
    }

    /**
     * Says into how many parts a batch is cut, at most one for each task. Weights depend on this number, not on how
     * many executors there are.
     *
     * @param value from 2 to the samples of a batch; 8 without this call
     * @return this
     */
    public SpikelaneEstimator setShards(int value) {
        return with(shards(), value);
    }

    /**
     * Says how long is trained.
     *
     * @param value epochs; 1 without this call
     * @return this
     */
    public SpikelaneEstimator setEpochs(int value) {
        return with(epochs(), value);
    }

    /**
     * Says how many tasks share a step, each of which serves some of the shards; it changes the speed and no weight.
     *
     * @param value tasks; 0, as without this call, for as many as Spark has cores
     * @return this
     */
    public SpikelaneEstimator setTasks(int value) {
        return with(tasks(), value);
    }

    /**
     * Says where checkpoints go: after each epoch, and from which training goes on if the file is there. A local
     * {@link TrainingRun} of the same trainer, samples and {@link #batching} goes on from it too, and the other way
     * round.
     *
     * @param value a file of the driver's machine
     * @return this
     */
    public SpikelaneEstimator setCheckpoint(String value) {
        return with(checkpoint(), value);
    }

    /**
     * Says how often checkpoints are written within an epoch.
     *
     * @param value steps; 0, as without this call, for none
     * @return this
     */
    public SpikelaneEstimator setCheckpointEvery(int value) {
        return with(checkpointEvery(), value);
    }

    /**
     * Says who hears of each step, on the driver.
     *
     * @param value gets the run, which knows its epoch, batch, loss and accuracy
     * @return this
     */
    public SpikelaneEstimator onStep(Consumer<? super TrainingRun> value) {
        onStep = value;
        return this;
    }

    /**
     * Says who hears of each epoch, on the driver.
     *
     * @param value gets its numbers
     * @return this
     */
    public SpikelaneEstimator onEpoch(Consumer<? super EpochResult> value) {
        onEpoch = value;
        return this;
    }

    /**
     * Says who hears what took how long: a sentence after each epoch.
     *
     * @param value gets the sentence
     * @return this
     */
    public SpikelaneEstimator onTimes(Consumer<? super String> value) {
        listener = value;
        return this;
    }

    /**
     * Returns how rows become batches, for a local run that goes on from a checkpoint.
     *
     * @return sizes, order and code
     * @throws IllegalStateException if there is no model
     */
    public Batching batching() {
        return plan(ModelFile.modelOf(model()), true).batching();
    }

    @Override
    public byte[] model() {
        byte[] known = bytes;
        if (known == null) {
            throw new IllegalStateException(uid() + " has no model, expected setModel before");
        }
        return known;
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidRowException if a row is no sample, or its label no class, and is not to be skipped
     * @throws IllegalArgumentException if columns or parameters do not fit the model, an id is there twice, or a
     *     checkpoint is of another run
     * @throws IllegalStateException if there is no model, or training came to numbers that are not finite
     * @throws UncheckedIOException if a checkpoint cannot be read or written; the one before is whole
     */
    @Override
    public SpikelaneModel fit(Dataset<?> rows) {
        byte[] start = model();
        Model model = ModelFile.modelOf(start);
        Network network = model.network();
        TrainingPlan plan = plan(model, rows.schema());
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
        try (Trainer trainer = plan.factory()
                        .trainer(network, plan.steps(), plan.batch())
                        .shards(plan.shards())
                        .build();
                TrainingRows data = read(rows, plan, trainer);
                TrainingRounds rounds = new TrainingRounds(spark, plan, data, network, start, number(tasks(), 0))) {
            TrainingRun run = run(trainer, data, plan, rounds).run();
            Model trained = new Model(network, model.notes());
            for (var note : run.model().notes().entrySet()) {
                trained = trained.with(note.getKey(), note.getValue());
            }
            return result(trained);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused.getMessage(), refused);
        }
    }

    private TrainingRun run(Trainer trainer, TrainingRows data, TrainingPlan plan, TrainingRounds rounds)
            throws IOException {
        Batching batching = plan.batching();
        TrainingRunBuilder run = TrainingRun.of(trainer, data, batching)
                .epochs(number(epochs(), 1))
                .shardsFrom(rounds)
                .onStep(onStep)
                .onEpoch(result -> {
                    listener.accept("epoch " + result.epoch() + ": " + rounds.times());
                    onEpoch.accept(result);
                });
        if (isDefined(checkpoint())) {
            int[] order = batching.order(0, data.size());
            data.keep(Arrays.copyOf(order, Math.min(order.length, 2 * plan.batch())));
            run.checkpoint(Path.of(getOrDefault(checkpoint()))).resume();
            int every = number(checkpointEvery(), 0);
            if (every > 0) {
                run.checkpointEvery(every);
            }
        }
        return run.build();
    }

    private TrainingRows read(Dataset<?> rows, TrainingPlan plan, Trainer trainer) {
        Network network = trainer.network();
        StructField input = rows.schema().apply(getOrDefault(inputCol()));
        InputKind kind = InputKind.of(input, plan.code());
        InferencePlan reading = new InferencePlan(
                "",
                "float",
                plan.steps(),
                plan.code(),
                "none",
                0,
                plan.seed(),
                plan.batch(),
                plan.values().divisor(),
                getOrDefault(handleInvalid()),
                new InferencePlan.Columns(TrainingColumns.SAMPLE, kind, input.name(), TrainingColumns.ID));
        Dataset<Row> selected = rows.toDF()
                .select(
                        functions.col(getOrDefault(idCol())),
                        functions.col(getOrDefault(labelCol())),
                        functions.col(input.name()));
        int outputs = network.populations().getLast().size();
        TrainingColumns columns = new TrainingColumns(
                reading, plan.values(), getOrDefault(labelCol()), trainer.classes(), skipsInvalid());
        return new TrainingRows(
                selected.toJavaRDD().mapPartitionsToPair(columns), plan.values(), plan.shape(network), outputs);
    }

    private SpikelaneModel result(Model trained) {
        SpikelaneModel result = new SpikelaneModel(uid())
                .setModel(ModelFile.toBytes(trained))
                .setInputCol(getOrDefault(inputCol()))
                .setIdCol(getOrDefault(idCol()))
                .setSeed((Long) getOrDefault(seed()))
                .setDivisor((Float) getOrDefault(divisor()));
        return result.setParent(this);
    }

    @SuppressWarnings("unchecked") // Spark's parameters of numbers are those of Object to Java
    private SpikelaneEstimator with(Param<?> param, Object value) {
        set((Param<Object>) param, value);
        return this;
    }

    @Override
    public SpikelaneEstimator copy(ParamMap extra) {
        SpikelaneEstimator copy = (SpikelaneEstimator) defaultCopy(extra);
        copy.bytes = bytes;
        copy.factory = factory;
        copy.listener = listener;
        copy.onStep = onStep;
        copy.onEpoch = onEpoch;
        return copy;
    }

    @Override
    public MLWriter write() {
        return new StoredModel.Writer(this);
    }

    /**
     * Returns what reads an estimator that was saved: its parameters and its model. What {@link #setTrainer},
     * {@link #onStep}, {@link #onEpoch} and {@link #onTimes} were given is not saved; {@link #fit} refuses to go
     * without a trainer that was there.
     *
     * @return a reader
     */
    public static MLReader<SpikelaneEstimator> read() {
        return new StoredModel.Reader<>();
    }

    /**
     * Reads an estimator that was saved.
     *
     * @param path its folder
     * @return the estimator, as {@link #read} says
     * @throws IllegalArgumentException if the folder holds no such estimator, or not the model with which it was saved
     */
    public static SpikelaneEstimator load(String path) {
        return read().load(path);
    }
}
