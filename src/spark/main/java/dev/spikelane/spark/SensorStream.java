package dev.spikelane.spark;

import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Runs a spiking neural network for each of many sensors, in a streaming query: a row is a time step of a sensor, and
 * the membranes of a sensor live on between micro-batches and restarts. Its state is the snapshot of a simulation, kept
 * by {@code transformWithState} in RocksDB and its checkpoints, so that a replay gives equal spikes.
 *
 * <pre>{@code
 * spark.conf().set(SensorStream.PROVIDER, SensorStream.ROCKS_DB);
 * Dataset<Row> fired = new SensorStream().setModel("model.safetensors").setKeyCol("sensor").setTimeCol("time")
 *         .setInputCol("events").apply(rows);
 * fired.writeStream().option("checkpointLocation", folder)...
 * }</pre>
 *
 * <p>Rows that come out: {@code key} (string), {@code time} (long) and {@code spikes} (array of int, the outputs that
 * fired in the step), one for each row that went in. Steps of a sensor run in the order of their times within a
 * micro-batch; one that is not later than the last that ran is left out, so that a source may send rows twice.
 */
public final class SensorStream {

    /** The option that says where Spark keeps states. */
    public static final String PROVIDER = "spark.sql.streaming.stateStore.providerClass";

    /** What {@link #PROVIDER} must be for {@code transformWithState}. */
    public static final String ROCKS_DB = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider";

    static final StructType OUTPUT = new StructType()
            .add("key", DataTypes.StringType, false)
            .add("time", DataTypes.LongType, false)
            .add("spikes", DataTypes.createArrayType(DataTypes.IntegerType, false), false);

    private byte @Nullable [] bytes;
    private String key = "sensor";
    private String time = "time";
    private String input = "events";

    /**
     * Makes a stream without a model.
     *
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SensorStream() {
        RequiredJava.check("driver");
    }

    /**
     * Takes a model.
     *
     * @param modelFile the bytes of a model file; not copied
     * @return this
     * @throws IllegalArgumentException if they are no model file, or the network has several inputs
     */
    public SensorStream setModel(byte[] modelFile) {
        ModelUse.requireOneInput(ModelFile.modelOf(modelFile));
        bytes = modelFile;
        return this;
    }

    /**
     * Reads a model.
     *
     * @param path a model file, local or in any file system that Hadoop knows
     * @return this
     * @throws IllegalArgumentException if there is none, or {@link #setModel(byte[])} refuses it
     */
    public SensorStream setModel(String path) {
        return setModel(StoredModel.read(path));
    }

    /**
     * Says the column that names sensors.
     *
     * @param value its name, of any type that is a string then; {@code sensor} without this call
     * @return this
     */
    public SensorStream setKeyCol(String value) {
        key = value;
        return this;
    }

    /**
     * Says the column that orders the steps of a sensor.
     *
     * @param value its name, of int or long; {@code time} without this call
     * @return this
     */
    public SensorStream setTimeCol(String value) {
        time = value;
        return this;
    }

    /**
     * Says the column of the input.
     *
     * @param value its name: an array of int, the inputs that fired in the step; or binary, a bit for each input, the
     *     first one lowest; {@code events} without this call
     * @return this
     */
    public SensorStream setInputCol(String value) {
        input = value;
        return this;
    }

    /**
     * Adds the network to a streaming query.
     *
     * @param rows steps of sensors
     * @return their spikes
     * @throws IllegalArgumentException if a column is missing or of another type
     * @throws IllegalStateException if there is no model, states are not kept in RocksDB, or its native library does
     *     not load
     */
    public Dataset<Row> apply(Dataset<Row> rows) {
        byte[] model = bytes;
        if (model == null) {
            throw new IllegalStateException("the stream has no model, expected setModel before");
        }
        SparkSession spark = rows.sparkSession();
        boolean isPacked = requireColumns(rows.schema());
        requireRocksDb(spark);
        Model read = ModelFile.modelOf(model);
        String hash = HeldModel.hash(model);
        SensorStates states = new SensorStates(
                JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(model),
                hash,
                read.population(),
                isPacked);
        return rows.select(
                        functions.col(key).cast("string").as("key"),
                        functions.col(time).cast("long").as("time"),
                        functions.col(input).as("input"))
                .groupByKey(
                        (MapFunction<Row, String>) row -> row.isNullAt(0) ? "" : row.getString(0), Encoders.STRING())
                .transformWithState(states, TimeMode.None(), OutputMode.Append(), Encoders.row(OUTPUT));
    }

    private boolean requireColumns(StructType rows) {
        DriverChecks.column(rows, key, "setKeyCol");
        DriverChecks.integers(rows, time, "setTimeCol", "");
        StructField ofInput = DriverChecks.column(rows, input, "setInputCol");
        DataType type = ofInput.dataType();
        boolean isPacked = type.equals(DataTypes.BinaryType);
        if (!isPacked
                && !(type instanceof ArrayType array && array.elementType().equals(DataTypes.IntegerType))) {
            throw DriverChecks.wrongType(ofInput, "array<int>, the inputs that fired, or binary, a bit for each");
        }
        return isPacked;
    }

    private static void requireRocksDb(SparkSession spark) {
        String found = spark.conf().get(PROVIDER, "");
        if (!found.equals(ROCKS_DB)) {
            throw new IllegalStateException(
                    PROVIDER + " is '" + found + "', expected " + ROCKS_DB + ", which transformWithState needs");
        }
        try {
            org.rocksdb.RocksDB.loadLibrary();
        } catch (UnsatisfiedLinkError | RuntimeException refused) {
            throw new IllegalStateException(
                    "RocksDB's native library does not load here, which transformWithState needs; inference and"
                            + " training work without it: " + refused.getMessage(),
                    refused);
        }
    }
}
