package dev.spikelane.spark;

import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.spark.round.RowValues;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Parameters of {@link SpikelaneEstimator}, and checks against the model and the columns. */
abstract class TrainingParams extends Estimator<SpikelaneModel> implements SampleParams<SpikelaneEstimator> {

    private static final long serialVersionUID = 1;
    private static final int BATCH = 128;
    private static final int SHARDS = 8;
    private static final float BYTE = 255;
    private static final List<String> INVALID = List.of("error", "skip");

    private final String uid;
    private final Param<String> inputCol = new Param<>(this, "inputCol", "vectors, arrays or bytes");
    private final Param<String> labelCol = new Param<>(this, "labelCol", "the class, from 0");
    private final Param<String> idCol = new Param<>(this, "idCol", "int or long: the order in which rows are numbered");
    private final Param<String> code =
            new Param<>(this, "code", "frame, rate, latency or pieces: how samples become input");
    private final IntParam steps = new IntParam(this, "steps", "time steps of a sample");
    private final IntParam batchSize = new IntParam(this, "batchSize", "samples of a batch");
    private final IntParam shards =
            new IntParam(this, "shards", "into how many parts a batch is cut; weights depend on it");
    private final IntParam epochs = new IntParam(this, "epochs", "epochs");
    private final IntParam tasks = new IntParam(this, "tasks", "tasks of a step; 0: as many as there are cores");
    private final LongParam seed = new LongParam(this, "seed", "seed of orders and codes");
    private final FloatParam divisor = new FloatParam(this, "divisor", "what bytes are divided by");
    private final Param<String> handleInvalid =
            new Param<>(this, "handleInvalid", "error or skip: what becomes of rows that are no sample");
    private final Param<String> checkpoint = new Param<>(this, "checkpoint", "a file of the driver for checkpoints");
    private final IntParam checkpointEvery = new IntParam(this, "checkpointEvery", "steps between checkpoints");
    private final Param<String> trainer =
            new Param<>(this, "trainer", "default, or given by a program, which is not saved");
    private final Param<String> modelHash = new Param<>(this, "modelHash", "SHA-256 of the model");

    TrainingParams(String uid) {
        RequiredJava.check("driver");
        this.uid = uid; // the parameters read it
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
        setDefault(trainer, "default");
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public Param<String> modelHash() {
        return modelHash;
    }

    @Override
    public Param<String> inputCol() {
        return inputCol;
    }

    @Override
    public Param<String> idCol() {
        return idCol;
    }

    @Override
    public Param<String> code() {
        return code;
    }

    @Override
    public IntParam steps() {
        return steps;
    }

    @Override
    public LongParam seed() {
        return seed;
    }

    @Override
    public IntParam batchSize() {
        return batchSize;
    }

    @Override
    public FloatParam divisor() {
        return divisor;
    }

    @Override
    public Param<String> handleInvalid() {
        return handleInvalid;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setLabelCol}
     */
    public Param<String> labelCol() {
        return labelCol;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setShards}
     */
    public IntParam shards() {
        return shards;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setEpochs}
     */
    public IntParam epochs() {
        return epochs;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setTasks}
     */
    public IntParam tasks() {
        return tasks;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setCheckpoint}
     */
    public Param<String> checkpoint() {
        return checkpoint;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setCheckpointEvery}
     */
    public IntParam checkpointEvery() {
        return checkpointEvery;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of the trainer's origin: {@code default}, or {@code program} after {@link #setTrainer}
     */
    public Param<String> trainer() {
        return trainer;
    }

    /**
     * @throws IllegalStateException if the saved estimator had a trainer and none has been set since
     */
    abstract TrainerFactory factory();

    /**
     * Checks parameters against the model.
     *
     * @throws IllegalArgumentException if a parameter does not fit the model
     * @throws IllegalStateException if {@link #factory} throws
     */
    TrainingPlan plan(Model model, boolean isBytes) {
        ModelUse use = ModelUse.of(
                model, DriverChecks.declared(this, steps), DriverChecks.declared(this, code), Optional.empty());
        if (use.code().equals(InputKind.SPIKES_CODE)) {
            throw new IllegalArgumentException(
                    "code is 'spikes', expected frame, rate, latency or pieces for training");
        }
        int batch = number(batchSize, 2);
        int cut = number(shards, 2);
        if (cut > batch) {
            throw new IllegalArgumentException(
                    "shards is " + cut + ", expected 2 to " + batch + ", the samples of a batch");
        }
        int inputs = model.network().inputs().getFirst().shape().size();
        int count = use.code().equals("pieces") ? Math.multiplyExact(use.steps(), inputs) : inputs;
        return new TrainingPlan(
                UUID.randomUUID().toString(),
                factory(),
                use.steps(),
                batch,
                cut,
                use.code(),
                (Long) getOrDefault(seed),
                new RowValues(isBytes, DriverChecks.positive(this, divisor), count));
    }

    int number(IntParam param, int least) {
        return DriverChecks.number(this, param, least, Integer.MAX_VALUE);
    }

    boolean skipsInvalid() {
        return DriverChecks.word(this, handleInvalid, INVALID).equals("skip");
    }

    /**
     * Checks parameters against the model and the columns, among which may be predictions.
     *
     * @throws IllegalArgumentException if a column is missing or has the wrong type, or a parameter does not fit the
     *     model
     * @throws IllegalStateException if {@link #factory} throws
     */
    TrainingPlan plan(Model model, StructType rows) {
        skipsInvalid();
        number(epochs, 1);
        number(tasks, 0);
        number(checkpointEvery, 0);
        StructField input = DriverChecks.column(rows, getOrDefault(inputCol), "setInputCol");
        DriverChecks.integers(rows, getOrDefault(idCol), "setIdCol", "; row_number over a key makes one of other keys");
        StructField label = DriverChecks.column(rows, getOrDefault(labelCol), "setLabelCol");
        if (!(label.dataType() instanceof NumericType)) {
            throw DriverChecks.wrongType(label, "a number, the class");
        }
        TrainingPlan plan = plan(model, input.dataType().equals(DataTypes.BinaryType));
        InputKind.of(input, plan.code());
        return plan;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a column is missing or has the wrong type, a column of predictions exists
     *     already, or a parameter does not fit the model
     * @throws IllegalStateException if no model has been set
     */
    @Override
    public StructType transformSchema(StructType rows) {
        plan(ModelFile.modelOf(model()), rows);
        return new SpikelaneModel()
                .setModel(model())
                .setInputCol(getOrDefault(inputCol))
                .setIdCol(getOrDefault(idCol))
                .transformSchema(rows);
    }
}
