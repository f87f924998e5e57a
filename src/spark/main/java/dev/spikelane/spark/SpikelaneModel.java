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
 * Classifies the rows of a data set by a spiking neural network: a transformer of Spark ML that adds a column of
 * predictions. Labels and spikes of a row depend on the model, the row, its id and the seed alone, and not on
 * partitions, executors, retries or the size of batches.
 *
 * <pre>{@code
 * var model = new SpikelaneModel().setModel("model.safetensors").setInputCol("pixels").setIdCol("id");
 * model.transform(rows).select("id", "prediction.label");
 * }</pre>
 *
 * <p>The output is a struct:
 *
 * <table>
 * <caption>Fields of a prediction</caption>
 * <tr><th>field</th><th>type</th><th>what</th></tr>
 * <tr><td>label</td><td>int</td><td>the class; null if the decoding is none</td></tr>
 * <tr><td>counts</td><td>array of int</td><td>spikes of each output</td></tr>
 * <tr><td>firstSpikes</td><td>array of int</td><td>the step of each output's first spike, from 0; -1 if
 * silent</td></tr> <tr><td>synapticOperations</td><td>double</td><td>weights that were added because something
 * arrived</td></tr> <tr><td>steps</td><td>int</td><td>steps after which the sample ended; all, unless labels are
 * decided early</td></tr>
 * </table>
 *
 * <p>Random numbers of a row are those of the sample whose number is its id, under the seed: the same as on one
 * machine, where a data set numbers samples from 0. Equal ids get equal numbers. Ids are int or long; of a long one the
 * high half is the epoch of {@link dev.spikelane.random.CounterRandom.Draws}.
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
     * Makes a transformer without a model, with a name of its own.
     *
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneModel() {
        this(Identifiable$.MODULE$.randomUID("spikelane"));
    }

    /**
     * Makes a transformer without a model.
     *
     * @param uid its name in pipelines
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SpikelaneModel(String uid) {
        super(uid);
    }

    @Override
    public SpikelaneModel setModel(byte[] modelFile) {
        String hash = HeldModel.hash(modelFile);
        ModelUse.requireOneInput(HeldModel.of(hash, "float", () -> modelFile).model());
        bytes = modelFile;
        sent = null;
        return with(modelHash(), hash);
    }

    /**
     * Says the column that is added.
     *
     * @param value its name; {@code prediction} without this call
     * @return this
     */
    public SpikelaneModel setOutputCol(String value) {
        return with(outputCol(), value);
    }

    /**
     * Says how outputs become a label, if not as the model notes.
     *
     * @param value a word of {@code Decoding}
     * @return this
     */
    public SpikelaneModel setDecoding(String value) {
        return with(decoding(), value);
    }

    /**
     * Says which weights run.
     *
     * @param value {@code float}, or {@code int8} and {@code int16} for integers that are made of them, or {@code
     *     stored} for integers where the file has them
     * @return this
     */
    public SpikelaneModel setWeights(String value) {
        return with(weights(), value);
    }

    /**
     * Says the lead in spikes at which a label is decided and a sample ends.
     *
     * @param value {@code EarlyExit.NO_MARGIN} for labels of the whole run; 0, as without this call, if all steps
     *     run
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
     * Writes the model as a file of its own, which {@code ModelFile} and {@code ./spikelane run} read.
     *
     * @param path where to, in any file system that Hadoop knows; it appears when it is whole, in place of an older one
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if there is no model
     */
    public void writeModel(String path) throws IOException {
        StoredModel.write(path, model());
    }

    /**
     * Returns what is assumed because neither the model nor a setter says it, and where this does something else than
     * the model was trained for. {@link #transform} logs it.
     *
     * @return sentences; empty if all is noted and done so
     * @throws IllegalArgumentException if a parameter does not fit the model
     * @throws IllegalStateException if there is no model
     */
    public List<String> notices() {
        return use().notices();
    }

    /**
     * Makes the function that {@link #transform} runs on each partition.
     *
     * @param spark the session, whose executors get the model
     * @param rows the schema of the rows
     * @return a function for {@code mapPartitions}
     * @throws IllegalArgumentException if the rows or a parameter do not fit
     * @throws IllegalStateException if there is no model
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
     * @throws IllegalArgumentException if a column is missing or of another type, the output column is there, or a
     *     parameter does not fit the model
     * @throws IllegalStateException if there is no model
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
                HeldModel.of(getOrDefault(modelHash()), "float", () -> known).model(),
                DriverChecks.declared(this, steps()),
                DriverChecks.declared(this, code()),
                DriverChecks.declared(this, decoding()));
    }

    InferencePlan plan(StructType rows) {
        return plan(rows, use());
    }

    @SuppressWarnings("unchecked") // Spark's parameters of numbers are those of Object to Java
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
     * Returns what reads a model that was saved.
     *
     * @return a reader
     */
    public static MLReader<SpikelaneModel> read() {
        return new StoredModel.Reader<>();
    }

    /**
     * Reads a model that was saved.
     *
     * @param path its folder
     * @return the model with its parameters
     * @throws IllegalArgumentException if the folder holds no such model, or not the one with which it was saved
     */
    public static SpikelaneModel load(String path) {
        return read().load(path);
    }
}
