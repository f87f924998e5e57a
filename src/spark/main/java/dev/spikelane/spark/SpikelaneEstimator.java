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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Trains a spiking neural network on the rows of a data set: an estimator of Spark ML, whose {@link #fit} gives a
 * {@link SpikelaneModel}. Each batch is cut into a fixed number of shards, which executors compute; their gradients are
 * summed in the order of the shards on the driver, which holds the optimizer. Weights depend on the rows, their ids, the
 * model and what is said here, and not on partitions, executors or retries: they are those of a {@link Trainer} with as
 * many shards on one machine.
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
public final class SpikelaneEstimator extends Estimator<SpikelaneModel> {

    private static final long serialVersionUID = 1;
    private static final int BATCH = 128;
    private static final int SHARDS = 8;
    private static final float BYTE = 255;
    private static final List<String> INVALID = List.of("error", "skip");

    private final String uid;
    private final Param<String> inputCol = new Param<>(this, "inputCol", "vectors, arrays or bytes");
    private final Param<String> labelCol = new Param<>(this, "labelCol", "the class, from 0");
    private final Param<String> idCol = new Param<>(this, "idCol", "int or long: the order in which rows are numbered");
    private final Param<String> code = new Param<>(this, "code", "frame, rate, latency or pieces: how samples become input");
    private final IntParam steps = new IntParam(this, "steps", "time steps of a sample");
    private final IntParam batchSize = new IntParam(this, "batchSize", "samples of a batch");
    private final IntParam shards = new IntParam(this, "shards", "into how many parts a batch is cut; weights depend on it");
    private final IntParam epochs = new IntParam(this, "epochs", "epochs");
    private final IntParam tasks = new IntParam(this, "tasks", "tasks of a step; 0: as many as there are cores");
    private final LongParam seed = new LongParam(this, "seed", "seed of orders and codes");
    private final FloatParam divisor = new FloatParam(this, "divisor", "what bytes are divided by");
    private final Param<String> handleInvalid =
            new Param<>(this, "handleInvalid", "error or skip: what becomes of rows that are no sample");
    private final Param<String> checkpoint = new Param<>(this, "checkpoint", "a file of the driver for checkpoints");
    private final IntParam checkpointEvery = new IntParam(this, "checkpointEvery", "steps between checkpoints");
    private byte @Nullable [] bytes;
    private TrainerFactory factory = (network, ofSteps, batch) -> Trainer.of(network, ofSteps, batch)
            .loss(CrossEntropyLoss.membrane())
            .optimizer(new Adam(1e-3));
    private transient Consumer<? super String> listener = _ -> {};
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
        RequiredJava.check("driver");
        this.uid = uid; // which parameters ask for
        super();
        setDefault(inputCol, "features");
        setDefault(labelCol, "label");
        setDefault(idCol, "id");
        setDefault(batchSize, BATCH);
        setDefault(shards, SHARDS);
        setDefault(epochs, 1);
        setDefault(tasks, 0);
        setDefault(seed, 0L);
        setDefault(divisor, BYTE);
        setDefault(handleInvalid, "error");
        setDefault(checkpointEvery, 0);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Takes the network that is trained, with the values from which training starts.
     *
     * @param modelFile the bytes of a model file, as {@code ModelFile.toBytes} returns them; not copied
     * @return this
     * @throws IllegalArgumentException if they are no model file, or the network has several inputs
     */
    public SpikelaneEstimator setModel(byte[] modelFile) {
        ModelUse.requireOneInput(ModelFile.modelOf(modelFile));
        bytes = modelFile;
        return this;
    }

    /**
     * Reads the network that is trained.
     *
     * @param path a model file, local or in any file system that Hadoop knows
     * @return this
     * @throws IllegalArgumentException if there is none, or {@link #setModel(byte[])} refuses it
     */
    public SpikelaneEstimator setModel(String path) {
        return setModel(StoredModel.read(path));
    }

    /**
     * Says how the network is trained.
     *
     * @param value a lambda of what can be serialized; without this call cross-entropy of membranes, by Adam with a rate
     *     of 0.001
     * @return this
     */
    public SpikelaneEstimator setTrainer(TrainerFactory value) {
        factory = value;
        return this;
    }

    /**
     * Says the column of the samples.
     *
     * @param value its name; {@code features} without this call
     * @return this
     */
    public SpikelaneEstimator setInputCol(String value) {
        return with(inputCol, value);
    }

    /**
     * Says the column of the classes.
     *
     * @param value its name; {@code label} without this call
     * @return this
     */
    public SpikelaneEstimator setLabelCol(String value) {
        return with(labelCol, value);
    }

    /**
     * Says the column by whose order rows are numbered.
     *
     * @param value its name; {@code id} without this call
     * @return this
     */
    public SpikelaneEstimator setIdCol(String value) {
        return with(idCol, value);
    }

    /**
     * Says how samples become input, if not as the model notes.
     *
     * @param value {@code frame}, {@code rate}, {@code latency} or {@code pieces}
     * @return this
     */
    public SpikelaneEstimator setCode(String value) {
        return with(code, value);
    }

    /**
     * Says the time steps of a sample, if not as the model notes.
     *
     * @param value steps
     * @return this
     */
    public SpikelaneEstimator setSteps(int value) {
        return with(steps, value);
    }

    /**
     * Says how many samples a step is trained on.
     *
     * @param value samples; 128 without this call
     * @return this
     */
    public SpikelaneEstimator setBatchSize(int value) {
        return with(batchSize, value);
    }

    /**
     * Says into how many parts a batch is cut, at most one for each task. Weights depend on this number, not on how many
     * executors there are.
     *
     * @param value from 2 to the samples of a batch; 8 without this call
     * @return this
     */
    public SpikelaneEstimator setShards(int value) {
        return with(shards, value);
    }

    /**
     * Says how long is trained.
     *
     * @param value epochs; 1 without this call
     * @return this
     */
    public SpikelaneEstimator setEpochs(int value) {
        return with(epochs, value);
    }

    /**
     * Says how many tasks share a step, each of which serves some of the shards; it changes the speed and no weight.
     *
     * @param value tasks; 0, as without this call, for as many as Spark has cores
     * @return this
     */
    public SpikelaneEstimator setTasks(int value) {
        return with(tasks, value);
    }

    /**
     * Says the seed of the order of rows and of codes that draw.
     *
     * @param value the seed; 0 without this call
     * @return this
     */
    public SpikelaneEstimator setSeed(long value) {
        return with(seed, value);
    }

    /**
     * Says what bytes are divided by.
     *
     * @param value the divisor; 255 without this call
     * @return this
     */
    public SpikelaneEstimator setDivisor(float value) {
        return with(divisor, value);
    }

    /**
     * Says what becomes of a row that is no sample.
     *
     * @param value {@code error} fails, {@code skip} leaves it out
     * @return this
     */
    public SpikelaneEstimator setHandleInvalid(String value) {
        return with(handleInvalid, value);
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
        return with(checkpoint, value);
    }

    /**
     * Says how often checkpoints are written within an epoch.
     *
     * @param value steps; 0, as without this call, for none
     * @return this
     */
    public SpikelaneEstimator setCheckpointEvery(int value) {
        return with(checkpointEvery, value);
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
     * Returns a parameter.
     *
     * @return that of {@link #setInputCol}
     */
    public Param<String> inputCol() {
        return inputCol;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setLabelCol}
     */
    public Param<String> labelCol() {
        return labelCol;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setIdCol}
     */
    public Param<String> idCol() {
        return idCol;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setCode}
     */
    public Param<String> code() {
        return code;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setSteps}
     */
    public IntParam steps() {
        return steps;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setBatchSize}
     */
    public IntParam batchSize() {
        return batchSize;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setShards}
     */
    public IntParam shards() {
        return shards;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setEpochs}
     */
    public IntParam epochs() {
        return epochs;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setTasks}
     */
    public IntParam tasks() {
        return tasks;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setSeed}
     */
    public LongParam seed() {
        return seed;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setDivisor}
     */
    public FloatParam divisor() {
        return divisor;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setHandleInvalid}
     */
    public Param<String> handleInvalid() {
        return handleInvalid;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setCheckpoint}
     */
    public Param<String> checkpoint() {
        return checkpoint;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setCheckpointEvery}
     */
    public IntParam checkpointEvery() {
        return checkpointEvery;
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

    private byte[] model() {
        byte[] known = bytes;
        if (known == null) {
            throw new IllegalStateException(uid + " has no model, expected setModel before");
        }
        return known;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if columns or parameters do not fit the model, an id is there twice, or a
     *     checkpoint is of another run
     * @throws IllegalStateException if there is no model, or training came to numbers that are not finite
     * @throws UncheckedIOException if a checkpoint cannot be read or written; the one before is whole
     */
    @Override
    public SpikelaneModel fit(Dataset<?> rows) {
        transformSchema(rows.schema());
        byte[] start = model();
        Model model = ModelFile.modelOf(start);
        Network network = model.network();
        StructField input = rows.schema().apply(said(inputCol));
        TrainingPlan plan = plan(model, input.dataType().equals(DataTypes.BinaryType));
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
        int wanted = atLeast(tasks, 0);
        int all = wanted == 0 ? spark.defaultParallelism() : wanted;
        try (Trainer trainer = plan.factory()
                        .trainer(network, plan.steps(), plan.batch())
                        .shards(plan.shards())
                        .build();
                TrainingRows data = read(rows, input, plan, network);
                TrainingRounds rounds =
                        new TrainingRounds(spark, plan, data, network, start, Math.min(all, plan.shards()))) {
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
                .epochs(number(epochs))
                .shardsFrom(rounds)
                .onEpoch(result -> {
                    listener.accept("epoch " + result.epoch() + ": " + rounds.times());
                    onEpoch.accept(result);
                });
        if (isDefined(checkpoint)) {
            int[] order = batching.order(0, data.size());
            data.keep(Arrays.copyOf(order, Math.min(order.length, 2 * plan.batch())));
            run.checkpoint(Path.of(said(checkpoint))).resume();
            if (number(checkpointEvery) > 0) {
                run.checkpointEvery(number(checkpointEvery));
            }
        }
        return run.build();
    }

    private TrainingRows read(Dataset<?> rows, StructField input, TrainingPlan plan, Network network) {
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
                said(handleInvalid),
                new InferencePlan.Columns(TrainingColumns.SAMPLE, kind, input.name(), TrainingColumns.ID));
        Dataset<Row> selected =
                rows.toDF().select(functions.col(said(idCol)), functions.col(said(labelCol)), functions.col(input.name()));
        int outputs = network.populations().getLast().size();
        return new TrainingRows(
                selected.toJavaRDD()
                        .mapPartitionsToPair(new TrainingColumns(
                                reading, plan.values(), said(labelCol), said(handleInvalid).equals("skip"))),
                plan.values(),
                plan.shape(network),
                outputs);
    }

    private SpikelaneModel result(Model trained) {
        SpikelaneModel result = new SpikelaneModel(uid)
                .setModel(ModelFile.toBytes(trained))
                .setInputCol(said(inputCol))
                .setIdCol(said(idCol))
                .setSeed(((Number) getOrDefault(seed)).longValue())
                .setDivisor((Float) getOrDefault(divisor));
        return result.setParent(this);
    }

    private TrainingPlan plan(Model model, boolean isBytes) {
        ModelUse use = ModelUse.of(
                model,
                isDefined(steps) ? Optional.of(number(steps)) : Optional.empty(),
                isDefined(code) ? Optional.of(said(code)) : Optional.empty(),
                Optional.empty());
        if (use.code().equals(InputKind.SPIKES_CODE)) {
            throw new IllegalArgumentException("code is 'spikes', expected frame, rate, latency or pieces for training");
        }
        int batch = atLeast(batchSize, 2);
        int cut = atLeast(shards, 2);
        if (cut > batch) {
            throw new IllegalArgumentException(
                    "shards is " + cut + ", expected 2 to " + batch + ", the samples of a batch");
        }
        int inputs = model.network().inputs().getFirst().shape().size();
        int count = use.code().equals("pieces") ? Math.multiplyExact(use.steps(), inputs) : inputs;
        float byteDivisor = (Float) getOrDefault(divisor);
        if (!(byteDivisor > 0 && byteDivisor < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("divisor is " + byteDivisor + ", expected a positive number");
        }
        return new TrainingPlan(
                UUID.randomUUID().toString(),
                factory,
                use.steps(),
                batch,
                cut,
                use.code(),
                ((Number) getOrDefault(seed)).longValue(),
                new RowValues(isBytes, byteDivisor, count));
    }

    private int atLeast(IntParam param, int least) {
        int value = number(param);
        if (value < least) {
            throw new IllegalArgumentException(param.name() + " is " + value + ", expected at least " + least);
        }
        return value;
    }

    private int number(IntParam param) {
        return ((Number) getOrDefault(param)).intValue();
    }

    private String said(Param<String> param) {
        return getOrDefault(param);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a column is missing or of another type, or a parameter does not fit the model
     * @throws IllegalStateException if there is no model
     */
    @Override
    public StructType transformSchema(StructType rows) {
        if (!INVALID.contains(said(handleInvalid))) {
            throw new IllegalArgumentException(
                    "handleInvalid is '" + said(handleInvalid) + "', expected one of " + INVALID);
        }
        Model model = ModelFile.modelOf(model());
        StructField input = column(rows, inputCol, "setInputCol");
        TrainingPlan plan = plan(model, input.dataType().equals(DataTypes.BinaryType));
        InputKind.of(input, plan.code());
        StructField id = column(rows, idCol, "setIdCol");
        if (!id.dataType().equals(DataTypes.IntegerType) && !id.dataType().equals(DataTypes.LongType)) {
            throw wrongType(id, "int or long; row_number over a key makes one of other keys");
        }
        StructField label = column(rows, labelCol, "setLabelCol");
        if (!(label.dataType() instanceof NumericType)) {
            throw wrongType(label, "a number, the class");
        }
        return new SpikelaneModel().setModel(model()).setInputCol(said(inputCol)).setIdCol(said(idCol)).transformSchema(rows);
    }

    private static IllegalArgumentException wrongType(StructField column, String expected) {
        return new IllegalArgumentException(
                "column '" + column.name() + "' is " + column.dataType().simpleString() + ", expected " + expected);
    }

    private StructField column(StructType rows, Param<String> param, String setter) {
        String name = said(param);
        if (!List.of(rows.fieldNames()).contains(name)) {
            throw new IllegalArgumentException("there is no column '" + name + "', found " + List.of(rows.fieldNames())
                    + "; " + setter + " chooses one");
        }
        return rows.apply(name);
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
        copy.onEpoch = onEpoch;
        return copy;
    }
}
