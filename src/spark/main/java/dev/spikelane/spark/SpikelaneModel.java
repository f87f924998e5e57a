package dev.spikelane.spark;

import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
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
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

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
 * <tr><td>firstSpikes</td><td>array of int</td><td>the step of each output's first spike, from 0; -1 if silent</td></tr>
 * <tr><td>synapticOperations</td><td>double</td><td>weights that were added because something arrived</td></tr>
 * <tr><td>steps</td><td>int</td><td>steps after which the sample ended; all, unless labels are decided early</td></tr>
 * </table>
 *
 * <p>Random numbers of a row are those of the sample whose number is its id, under the seed: the same as on one machine,
 * where a data set numbers samples from 0. Equal ids get equal numbers. Ids are int or long; of a long one the high half
 * is the epoch of {@link dev.spikelane.random.SampleDraws}.
 */
public final class SpikelaneModel extends Model<SpikelaneModel> implements MLWritable {

    private static final long serialVersionUID = 1;
    private static final int BATCH = 256;
    private static final int MOST_BATCH = 65_536;
    private static final float BYTE = 255;
    private static final List<String> WEIGHTS = List.of("float", "stored", "int8", "int16");
    private static final List<String> INVALID = List.of("error", "skip", "keep");


    private static final StructType PREDICTION = new StructType()
            .add("label", DataTypes.IntegerType, true)
            .add("counts", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("firstSpikes", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("synapticOperations", DataTypes.DoubleType, false)
            .add("steps", DataTypes.IntegerType, false);

    private final String uid;
    private final Param<String> inputCol;
    private final Param<String> outputCol;
    private final Param<String> idCol;
    private final Param<String> code;
    private final IntParam steps;
    private final Param<String> decoding;
    private final LongParam seed;
    private final IntParam batchSize;
    private final Param<String> weights;
    private final FloatParam divisor;
    private final IntParam earlyMargin;
    private final Param<String> handleInvalid;
    private final Param<String> modelHash;
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
        RequiredJava.check("driver");
        this.uid = uid;
        inputCol = new Param<>(this, "inputCol", "vectors, arrays, bytes or packed spikes");
        outputCol = new Param<>(this, "outputCol", "the struct that is added");
        idCol = new Param<>(this, "idCol", "int or long: which random numbers a row gets");
        code = new Param<>(this, "code", "frame, rate, latency, pieces, or spikes: how samples become input");
        steps = new IntParam(this, "steps", "time steps of a sample");
        decoding = new Param<>(
                this, "decoding", "count, first-spike, max-membrane, membrane or none: how outputs become a label");
        seed = new LongParam(this, "seed", "seed of the random numbers");
        batchSize = new IntParam(this, "batchSize", "samples that run side by side in a task");
        weights = new Param<>(this, "weights", "float, stored, int8 or int16");
        divisor = new FloatParam(this, "divisor", "what bytes are divided by");
        earlyMargin = new IntParam(this, "earlyMargin", "lead in spikes that decides a label; 0: all steps run");
        handleInvalid = new Param<>(this, "handleInvalid", "error, skip or keep: what becomes of rows that are no sample");
        modelHash = new Param<>(this, "modelHash", "SHA-256 of the model");
        setDefault(inputCol, "features");
        setDefault(outputCol, "prediction");
        setDefault(seed, 0L);
        setDefault(batchSize, BATCH);
        setDefault(weights, "float");
        setDefault(divisor, BYTE);
        setDefault(earlyMargin, 0);
        setDefault(handleInvalid, "error");
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Takes a model, and reads it at once.
     *
     * @param modelFile the bytes of a model file, as {@code ModelFile.toBytes} returns them; not copied
     * @return this
     * @throws IllegalArgumentException if they are no model file, or the network has several inputs
     */
    public SpikelaneModel setModel(byte[] modelFile) {
        String hash = HeldModel.hash(modelFile);
        ModelUse.requireOneInput(HeldModel.of(hash, "float", () -> modelFile).model());
        bytes = modelFile;
        sent = null;
        return with(modelHash, hash);
    }

    /**
     * Reads a model. What happens to the file later changes nothing.
     *
     * @param path a model file, local or in any file system that Hadoop knows
     * @return this
     * @throws IllegalArgumentException if there is none, or {@link #setModel(byte[])} refuses it
     */
    public SpikelaneModel setModel(String path) {
        return setModel(StoredModel.read(path));
    }

    /**
     * Says the column of the samples.
     *
     * @param value its name; {@code features} without this call
     * @return this
     */
    public SpikelaneModel setInputCol(String value) {
        return with(inputCol, value);
    }

    /**
     * Says the column that is added.
     *
     * @param value its name; {@code prediction} without this call
     * @return this
     */
    public SpikelaneModel setOutputCol(String value) {
        return with(outputCol, value);
    }

    /**
     * Says the column that numbers samples, which codes that draw random numbers need.
     *
     * @param value its name
     * @return this
     */
    public SpikelaneModel setIdCol(String value) {
        return with(idCol, value);
    }

    /**
     * Says how samples become input, if not as the model notes.
     *
     * @param value {@code frame}, {@code rate}, {@code latency} or {@code pieces}; or {@code spikes} for binary columns of
     *     packed spikes: for each step {@code ceil(inputs / 8)} bytes, of which the lowest bit is the first neuron
     * @return this
     */
    public SpikelaneModel setCode(String value) {
        return with(code, value);
    }

    /**
     * Says the time steps of a sample, if not as the model notes.
     *
     * @param value steps, 1 to 100,000
     * @return this
     */
    public SpikelaneModel setSteps(int value) {
        return with(steps, value);
    }

    /**
     * Says how outputs become a label, if not as the model notes.
     *
     * @param value a word of {@code Decoding}
     * @return this
     */
    public SpikelaneModel setDecoding(String value) {
        return with(decoding, value);
    }

    /**
     * Says the seed of the random numbers.
     *
     * @param value the seed; 0 without this call
     * @return this
     */
    public SpikelaneModel setSeed(long value) {
        return with(seed, value);
    }

    /**
     * Says how many samples run side by side in a task; it changes the speed and no result.
     *
     * @param value samples, 1 to 65,536; 256 without this call
     * @return this
     */
    public SpikelaneModel setBatchSize(int value) {
        return with(batchSize, value);
    }

    /**
     * Says which weights run.
     *
     * @param value {@code float}, or {@code int8} and {@code int16} for integers that are made of them, or {@code stored} for
     *     integers where the file has them
     * @return this
     */
    public SpikelaneModel setWeights(String value) {
        return with(weights, value);
    }

    /**
     * Says what bytes are divided by.
     *
     * @param value the divisor; 255 without this call, as torchvision's ToTensor has it
     * @return this
     */
    public SpikelaneModel setDivisor(float value) {
        return with(divisor, value);
    }

    /**
     * Says the lead in spikes at which a label is decided and a sample ends.
     *
     * @param value {@code EarlyDecision.NO_MARGIN} for labels of the whole run; 0, as without this call, if all steps run
     * @return this
     */
    public SpikelaneModel setEarlyMargin(int value) {
        return with(earlyMargin, value);
    }

    /**
     * Says what becomes of a row that is no sample: null, of another length, or not finite.
     *
     * @param value {@code error} fails the job, {@code skip} leaves the row out, {@code keep} gives it null for a prediction
     * @return this
     */
    public SpikelaneModel setHandleInvalid(String value) {
        return with(handleInvalid, value);
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
     * @return that of {@link #setOutputCol}
     */
    public Param<String> outputCol() {
        return outputCol;
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
     * @return that of {@link #setDecoding}
     */
    public Param<String> decoding() {
        return decoding;
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
     * @return that of {@link #setBatchSize}
     */
    public IntParam batchSize() {
        return batchSize;
    }

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setWeights}
     */
    public Param<String> weights() {
        return weights;
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
     * @return that of {@link #setEarlyMargin}
     */
    public IntParam earlyMargin() {
        return earlyMargin;
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
     * @return the SHA-256 of the model, which {@link #setModel(byte[])} sets
     */
    public Param<String> modelHash() {
        return modelHash;
    }

    /**
     * Returns the model.
     *
     * @return the bytes of a model file; not copied
     * @throws IllegalStateException if there is none
     */
    public byte[] model() {
        byte[] known = bytes;
        if (known == null) {
            throw new IllegalStateException(uid + " has no model, expected setModel before");
        }
        return known;
    }

    /**
     * Returns what is assumed because neither the model nor a setter says it, and where this does something else than the
     * model was trained for. {@link #transform} logs it.
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
                .forEach(notice -> System.getLogger("dev.spikelane").log(System.Logger.Level.WARNING, uid + ": " + notice));
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
        String name = getOrDefault(outputCol);
        if (List.of(rows.fieldNames()).contains(name)) {
            throw new IllegalArgumentException(
                    "column '" + name + "' is there already, expected another name by setOutputCol");
        }
        return rows.add(name, PREDICTION, true);
    }

    private ModelUse use() {
        byte[] known = model();
        return ModelUse.of(
                HeldModel.of(getOrDefault(modelHash), "float", () -> known).model(),
                said(steps),
                said(code),
                said(decoding));
    }

    InferencePlan plan(StructType rows) {
        ModelUse use = use();
        StructField input = column(rows, inputCol, "setInputCol");
        int batch = required(batchSize, 1, MOST_BATCH);
        int margin = required(earlyMargin, 0, Integer.MAX_VALUE);
        if (margin > 0 && !use.decoding().equals("count")) {
            throw new IllegalArgumentException("outputs are decoded by " + use.decoding()
                    + ", expected count for early decisions, which count spikes");
        }
        float byteDivisor = (Float) getOrDefault(divisor);
        if (!(byteDivisor > 0 && byteDivisor < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("divisor is " + byteDivisor + ", expected a positive number");
        }
        return new InferencePlan(
                getOrDefault(modelHash),
                required(weights, WEIGHTS),
                use.steps(),
                use.code(),
                use.decoding(),
                margin,
                (Long) getOrDefault(seed),
                batch,
                byteDivisor,
                required(handleInvalid, INVALID),
                new InferencePlan.Columns(
                        rows.fieldIndex(input.name()), InputKind.of(input, use.code()), input.name(), id(rows, use)));
    }

    private int id(StructType rows, ModelUse use) {
        if (said(idCol).isEmpty()) {
            if (use.code().equals("rate")) {
                throw new IllegalArgumentException("the code rate draws random numbers, expected setIdCol, the column by"
                        + " which a row gets its own whatever its place");
            }
            return -1;
        }
        StructField id = column(rows, idCol, "setIdCol");
        if (!id.dataType().equals(DataTypes.IntegerType) && !id.dataType().equals(DataTypes.LongType)) {
            throw new IllegalArgumentException("column '" + id.name() + "' is " + id.dataType().simpleString()
                    + ", expected int or long; xxhash64 makes one of other keys");
        }
        return rows.fieldIndex(id.name());
    }

    private StructField column(StructType rows, Param<String> param, String setter) {
        String name = getOrDefault(param);
        if (!List.of(rows.fieldNames()).contains(name)) {
            throw new IllegalArgumentException("there is no column '" + name + "', found " + List.of(rows.fieldNames())
                    + "; " + setter + " chooses one");
        }
        return rows.apply(name);
    }

    private int required(IntParam param, int least, int most) {
        int value = (Integer) getOrDefault(param);
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    param.name() + " is " + value + ", expected " + least + " to " + most);
        }
        return value;
    }

    private String required(Param<String> param, List<String> words) {
        String value = getOrDefault(param);
        if (!words.contains(value)) {
            throw new IllegalArgumentException(param.name() + " is '" + value + "', expected one of " + words);
        }
        return value;
    }

    /** What a parameter was set to. */
    @SuppressWarnings("unchecked") // Spark's parameters of numbers are those of Object to Java
    private <T> Optional<T> said(Param<?> param) {
        return isDefined(param) ? Optional.of((T) getOrDefault(param)) : Optional.empty();
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
        return new StoredModel.Reader();
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
