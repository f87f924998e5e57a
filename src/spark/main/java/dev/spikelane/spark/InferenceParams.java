package dev.spikelane.spark;

import java.util.List;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Parameters of {@link SpikelaneModel}, and checks against the model and the columns. */
abstract class InferenceParams extends Model<SpikelaneModel> implements SampleParams<SpikelaneModel> {

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
        this.uid = uid; // before parameters, which read it
        inputCol = new Param<>(this, "inputCol", "vectors, arrays, bytes or packed spikes");
        outputCol = new Param<>(this, "outputCol", "the struct that is added");
        idCol = new Param<>(this, "idCol", "int or long: which random numbers a row gets");
        code = new Param<>(this, "code", "frame, rate, latency, pieces, or spikes: how samples become input");
        steps = new IntParam(this, "steps", "time steps of a sample");
        decoding = new Param<>(
                this,
                "decoding",
                "count, first-spike, last-membrane, max-membrane, membrane or none: how outputs become a label");
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

    @Override
    public Param<String> inputCol() {
        return inputCol;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setOutputCol}
     */
    public Param<String> outputCol() {
        return outputCol;
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

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setDecoding}
     */
    public Param<String> decoding() {
        return decoding;
    }

    @Override
    public LongParam seed() {
        return seed;
    }

    @Override
    public IntParam batchSize() {
        return batchSize;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setWeights}
     */
    public Param<String> weights() {
        return weights;
    }

    @Override
    public FloatParam divisor() {
        return divisor;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setEarlyMargin}
     */
    public IntParam earlyMargin() {
        return earlyMargin;
    }

    @Override
    public Param<String> handleInvalid() {
        return handleInvalid;
    }

    @Override
    public Param<String> modelHash() {
        return modelHash;
    }

    /**
     * Checks parameters.
     *
     * @throws IllegalArgumentException if a column is missing or has the wrong type, or a parameter does not fit the
     *     model
     */
    InferencePlan plan(StructType rows, ModelUse use) {
        StructField input = DriverChecks.column(rows, getOrDefault(inputCol), "setInputCol");
        int batch = DriverChecks.number(this, batchSize, 1, MOST_BATCH);
        int margin = DriverChecks.number(this, earlyMargin, 0, Integer.MAX_VALUE);
        if (margin > 0 && !use.decoding().equals("count")) {
            throw new IllegalArgumentException("outputs are decoded by " + use.decoding()
                    + ", expected count for early decisions, which count spikes");
        }
        return new InferencePlan(
                getOrDefault(modelHash),
                DriverChecks.word(this, weights, WEIGHTS),
                use.steps(),
                use.code(),
                use.decoding(),
                margin,
                (Long) getOrDefault(seed),
                batch,
                DriverChecks.positive(this, divisor),
                DriverChecks.word(this, handleInvalid, INVALID),
                new InferencePlan.Columns(
                        rows.fieldIndex(input.name()), InputKind.of(input, use.code()), input.name(), id(rows, use)));
    }

    private int id(StructType rows, ModelUse use) {
        if (!isDefined(idCol)) {
            if (use.code().equals("rate")) {
                throw new IllegalArgumentException(
                        "the code rate draws random numbers, expected setIdCol, the column by"
                                + " which a row gets its own whatever its place");
            }
            return -1;
        }
        String name = getOrDefault(idCol);
        return rows.fieldIndex(DriverChecks.integers(rows, name, "setIdCol", "; xxhash64 makes one of other keys")
                .name());
    }
}
