package dev.spikelane.spark;

import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Parameters of {@link SpikelaneModel}, and what of them is checked against a model and the columns of rows. */
abstract class InferenceParams extends Model<SpikelaneModel> {

    private static final long serialVersionUID = 1;
    private static final int BATCH = 256;
    private static final int MOST_BATCH = 65_536;
    private static final float BYTE = 255;
    private static final List<String> WEIGHTS = List.of("float", "stored", "int8", "int16");
    private static final List<String> INVALID = List.of("error", "skip", "keep");

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

    InferenceParams(String uid) {
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
        handleInvalid =
                new Param<>(this, "handleInvalid", "error, skip or keep: what becomes of rows that are no sample");
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
     * Decides what is done with rows.
     *
     * @throws IllegalArgumentException if a column is missing or of another type, or a parameter does not fit
     */
    InferencePlan plan(StructType rows, ModelUse use) {
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
                throw new IllegalArgumentException(
                        "the code rate draws random numbers, expected setIdCol, the column by"
                                + " which a row gets its own whatever its place");
            }
            return -1;
        }
        StructField id = column(rows, idCol, "setIdCol");
        if (!id.dataType().equals(DataTypes.IntegerType) && !id.dataType().equals(DataTypes.LongType)) {
            throw new IllegalArgumentException("column '" + id.name() + "' is "
                    + id.dataType().simpleString() + ", expected int or long; xxhash64 makes one of other keys");
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
            throw new IllegalArgumentException(param.name() + " is " + value + ", expected " + least + " to " + most);
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
    <T> Optional<T> said(Param<?> param) {
        return isDefined(param) ? Optional.of((T) getOrDefault(param)) : Optional.empty();
    }
}
