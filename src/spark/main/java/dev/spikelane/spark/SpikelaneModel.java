package dev.spikelane.spark;

import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Classifies the rows of a data set with a spiking neural network. It is a transformer of Spark ML that adds a column
 * of predictions. The label and the spikes of a row depend only on the model, the row, its id and the seed, and not on
 * partitions, executors, retries or the batch size.
 *
 * <pre>{@code
 * var model = new SpikelaneModel().setModel("model.safetensors").setInputCol("pixels").setIdCol("id");
 * model.transform(rows).select("id", "prediction.label");
 * }</pre>
 *
 * <p>The output is a struct:
 * <table>
 * <caption>Fields of a prediction</caption>
 * <tr><th>field</th><th>type</th><th>meaning</th></tr>
 * <tr><td>label</td><td>int</td><td>the class; null if the decoding is {@code none}</td></tr>
 * <tr><td>counts</td><td>array of int</td><td>spikes of each output</td></tr>
 * <tr><td>firstSpikes</td><td>array of int</td><td>the step of each output's first spike, from 0; -1 if
 * silent</td></tr>
 * <tr><td>synapticOperations</td><td>double</td><td>weights added because a spike or value arrived</td></tr>
 * <tr><td>steps</td><td>int</td><td>steps of the sample; fewer than all if its label was decided early</td></tr>
 * </table>
 *
 * <p>The id of a row and the seed select its random numbers, which equal the numbers of this sample on one machine,
 * where a data set numbers samples from 0. Equal ids have equal random numbers. Ids are int or long; the high half of a
 * long is the epoch of {@link dev.spikelane.random.CounterRandom.Draws}.
 */
public final class SpikelaneModel extends InferenceParams implements MLWritable {

    private static final long serialVersionUID = 1;
    private static final StructType PREDICTION = new StructType()
            .add("label", DataTypes.IntegerType, true)
            .add("counts", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("firstSpikes", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("synapticOperations", DataTypes.DoubleType, false)
            .add("steps", DataTypes.IntegerType, false);

    private byte @Nullable [] bytes;
    private transient @Nullable Broadcast<byte[]> sent;

    /**
     * Creates a transformer without a model, with a random name.
     *
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneModel() {
        this(Identifiable$.MODULE$.randomUID("spikelane"));
    }

    /**
     * Creates a transformer without a model.
     *
     * @param uid the name in pipelines
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneModel(String uid) {
        super(uid);
    }

    @Override
    public SpikelaneModel setModel(byte[] modelFile) {
        String hash = CachedModel.hash(modelFile);
        ModelUse.requireOneInput(CachedModel.of(hash, "float", () -> modelFile).model());
        bytes = modelFile;
        sent = null;
        return with(modelHash(), hash);
    }

    /**
     * Sets the column to add.
     *
     * @param value name of the column; default {@code prediction}
     * @return this
     */
    public SpikelaneModel setOutputCol(String value) {
        return with(outputCol(), value);
    }

    /**
     * Sets the decoding of outputs to a label; the default is in the model's notes.
     *
     * @param value a word of {@code Decoding}
     * @return this
     */
    public SpikelaneModel setDecoding(String value) {
        return with(decoding(), value);
    }

    /**
     * Sets the number format of the weights.
     *
     * @param value {@code float}; {@code int8} or {@code int16} to round weights to integers; or {@code stored} for the
     *     integers of the file
     * @return this
     */
    public SpikelaneModel setWeights(String value) {
        return with(weights(), value);
    }

    /**
     * Sets the lead in spikes that decides the label of a sample and ends its run.
     *
     * @param value the lead; {@code EarlyExit.NO_MARGIN} to decide the label that all steps would give; default 0,
     *     which runs all steps
     * @return this
     */
    public SpikelaneModel setEarlyMargin(int value) {
        return with(earlyMargin(), value);
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
     * Writes the model to a file that {@code ModelFile} and {@code ./spikelane run} read.
     *
     * @param path the file, in any file system that Hadoop supports; a complete file replaces an older one
     * @throws IOException if the file cannot be written
     * @throws IllegalStateException if no model has been set
     */
    public void writeModel(String path) throws IOException {
        StoredModel.write(path, model());
    }

    /**
     * Returns notices about assumed settings, and about differences from the settings of the training.
     * {@link #transform} logs them.
     *
     * @return sentences; empty if the model notes all settings and none differs
     * @throws IllegalArgumentException if a parameter does not fit the model
     * @throws IllegalStateException if no model has been set
     */
    public List<String> notices() {
        return use().notices();
    }

    /**
     * Creates the function that {@link #transform} runs on each partition.
     *
     * @param spark the session, whose executors receive the model
     * @param rows the schema of the rows
     * @return a function for {@code mapPartitions}
     * @throws IllegalArgumentException if the rows or a parameter do not fit the model
     * @throws IllegalStateException if no model has been set
     */
    public InferenceFunction function(SparkSession spark, StructType rows) {
        StructType schema = transformSchema(rows);
        Broadcast<byte[]> known = sent;
        if (known == null || !known.isValid()) {
            known = JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(model());
            sent = known;
        }
        return new InferenceFunction(known, plan(rows), schema);
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        InferenceFunction function = function(dataset.sparkSession(), dataset.schema());
        notices()
                .forEach(notice -> LoggerFactory.getLogger(SpikelaneModel.class).warn("{}: {}", uid(), notice));
        return dataset.toDF().mapPartitions(function, Encoders.row(function.schema()));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a column is missing or has the wrong type, the output column exists already,
     *     or a parameter does not fit the model
     * @throws IllegalStateException if no model has been set
     */
    @Override
    public StructType transformSchema(StructType rows) {
        plan(rows);
        String name = getOrDefault(outputCol());
        if (List.of(rows.fieldNames()).contains(name)) {
            throw new IllegalArgumentException(
                    "column '" + name + "' is there already, expected another name by setOutputCol");
        }
        return rows.add(name, PREDICTION, true);
    }

    private ModelUse use() {
        byte[] known = model();
        return ModelUse.of(
                CachedModel.of(getOrDefault(modelHash()), "float", () -> known).model(),
                DriverChecks.declared(this, steps()),
                DriverChecks.declared(this, code()),
                DriverChecks.declared(this, decoding()));
    }

    InferencePlan plan(StructType rows) {
        return plan(rows, use());
    }

    @SuppressWarnings("unchecked") // Spark's numeric parameters are parameters of Object in Java
    private SpikelaneModel with(Param<?> param, Object value) {
        set((Param<Object>) param, value);
        return this;
    }

    @Override
    public SpikelaneModel copy(ParamMap extra) {
        SpikelaneModel copy = defaultCopy(extra);
        copy.bytes = bytes;
        return copy.setParent(parent());
    }

    @Override
    public MLWriter write() {
        return new StoredModel.Writer(this);
    }

    /**
     * Returns a reader of saved models.
     *
     * @return a reader
     */
    public static MLReader<SpikelaneModel> read() {
        return new StoredModel.Reader<>();
    }

    /**
     * Reads a saved model.
     *
     * @param path the folder
     * @return the model with its parameters
     * @throws IllegalArgumentException if the folder has no such model, or the model file is not the saved one
     */
    public static SpikelaneModel load(String path) {
        return read().load(path);
    }
}
