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
 * Trains a spiking neural network on the rows of a data set. It is an estimator of Spark ML: {@link #fit} returns a
 * {@link SpikelaneModel}. Each batch is cut into a fixed number of shards, whose gradients executors compute. The
 * driver sums them in the order of the shards and runs the optimizer. The weights depend on the rows, their ids, the
 * model and the parameters, and not on partitions, executors or retries: a {@link Trainer} with an equal number of
 * shards on one machine gives equal weights.
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
 * <p>Rows are numbered from 0 in the order of their ids, like the samples of a local data set. {@link SpikelaneModel}
 * lists the types of columns.
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
     * Creates an estimator without a model, with a random name.
     *
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneEstimator() {
        this(Identifiable$.MODULE$.randomUID("spikelane"));
    }

    /**
     * Creates an estimator without a model.
     *
     * @param uid the name in pipelines
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneEstimator(String uid) {
        super(uid);
    }

    @Override
    public SpikelaneEstimator setModel(byte[] modelFile) {
        ModelUse.requireOneInput(ModelFile.modelOf(modelFile));
        bytes = modelFile;
        return with(modelHash(), CachedModel.hash(modelFile));
    }

    /**
     * Sets the configuration of the trainer.
     *
     * @param value a serializable lambda, which is not saved with the estimator; default cross-entropy of membranes and
     *     Adam with a learning rate of 0.001
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
     * Sets the column of the labels.
     *
     * @param value name of the column; default {@code label}
     * @return this
     */
    public SpikelaneEstimator setLabelCol(String value) {
        return with(labelCol(), value);
    }

    /**
     * Sets the number of shards of a batch. A step has at most as many tasks. Weights depend on this number, not on the
     * number of executors.
     *
     * @param value 2 to the number of samples of a batch; default 8
     * @return this
     */
    public SpikelaneEstimator setShards(int value) {
        return with(shards(), value);
    }

    /**
     * Sets the number of epochs.
     *
     * @param value number of epochs; default 1
     * @return this
     */
    public SpikelaneEstimator setEpochs(int value) {
        return with(epochs(), value);
    }

    /**
     * Sets the number of tasks that compute a step. It changes only the speed.
     *
     * @param value number of tasks; default 0, the number of cores that Spark has
     * @return this
     */
    public SpikelaneEstimator setTasks(int value) {
        return with(tasks(), value);
    }

    /**
     * Sets the checkpoint file, which is written after each epoch. If the file exists, training continues from it.
     * Checkpoints also work in both directions with a local {@link TrainingRun} with an equal trainer, equal samples
     * and this {@link #batching}.
     *
     * @param value a file on the driver's machine
     * @return this
     */
    public SpikelaneEstimator setCheckpoint(String value) {
        return with(checkpoint(), value);
    }

    /**
     * Sets the interval of checkpoints within an epoch.
     *
     * @param value number of steps; default 0, none
     * @return this
     */
    public SpikelaneEstimator setCheckpointEvery(int value) {
        return with(checkpointEvery(), value);
    }

    /**
     * Sets the listener that the driver calls after each step.
     *
     * @param value receives the run with its epoch, batch, loss and accuracy
     * @return this
     */
    public SpikelaneEstimator onStep(Consumer<? super TrainingRun> value) {
        onStep = value;
        return this;
    }

    /**
     * Sets the listener that the driver calls after each epoch.
     *
     * @param value receives the result of the epoch
     * @return this
     */
    public SpikelaneEstimator onEpoch(Consumer<? super EpochResult> value) {
        onEpoch = value;
        return this;
    }

    /**
     * Sets the listener that the driver calls after each epoch with a sentence about its times.
     *
     * @param value the listener
     * @return this
     */
    public SpikelaneEstimator onTimes(Consumer<? super String> value) {
        listener = value;
        return this;
    }

    /**
     * Returns the batching of rows, for a local run from a checkpoint.
     *
     * @return batch size, order and encoding
     * @throws IllegalStateException if no model has been set
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
     * @throws InvalidRowException if a row is not a sample or its label is not a class, unless {@code handleInvalid} is
     *     {@code skip}
     * @throws IllegalArgumentException if columns or parameters do not fit the model, an id occurs twice, or the
     *     checkpoint belongs to another run
     * @throws IllegalStateException if no model has been set, or a value is no longer finite in training
     * @throws UncheckedIOException if a checkpoint cannot be read or written; the previous checkpoint stays valid
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

    @SuppressWarnings("unchecked") // Spark's numeric parameters are parameters of Object in Java
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
     * Returns a reader of saved estimators with their parameters and model. The trainer of {@link #setTrainer} and the
     * listeners of {@link #onStep}, {@link #onEpoch} and {@link #onTimes} are not saved. If the saved estimator had a
     * trainer, {@link #fit} requires a new one.
     *
     * @return a reader
     */
    public static MLReader<SpikelaneEstimator> read() {
        return new StoredModel.Reader<>();
    }

    /**
     * Reads a saved estimator.
     *
     * @param path the folder
     * @return the estimator, without trainer and listeners, see {@link #read}
     * @throws IllegalArgumentException if the folder has no estimator, or its model is not the saved one
     */
    public static SpikelaneEstimator load(String path) {
        return read().load(path);
    }
}
