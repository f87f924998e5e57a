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
 * Runs a spiking neural network for each sensor of a streaming query. A row is a time step of a sensor. Membranes
 * persist between micro-batches and restarts: {@code transformWithState} stores snapshots in RocksDB and its
 * checkpoints, so a replay gives equal spikes.
 *
 * <pre>{@code
 * spark.conf().set(SensorStream.PROVIDER, SensorStream.ROCKS_DB);
 * Dataset<Row> fired = new SensorStream().setModel("model.safetensors").setKeyCol("sensor").setTimeCol("time")
 *         .setInputCol("events").apply(rows);
 * fired.writeStream().option("checkpointLocation", folder)...
 * }</pre>
 *
 * <p>Each input row gives an output row of {@code key} (string), {@code time} (long) and {@code spikes} (array of int,
 * the outputs that fired in the step). Within a micro-batch, the steps of a sensor run in the order of their times. A
 * row that is not later than the sensor's last step is dropped, so a source may send rows twice.
 */
public final class SensorStream {

    /** Spark's option that selects the store of states. */
    public static final String PROVIDER = "spark.sql.streaming.stateStore.providerClass";

    /** Value of {@link #PROVIDER} that {@code transformWithState} requires. */
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
     * Creates a stream without a model.
     *
     * @throws IllegalStateException if this JVM is older than 25.0.3
     */
    public SensorStream() {
        RequiredJava.check("driver");
    }

    /**
     * Sets the model.
     *
     * @param modelFile the bytes of a model file; not copied
     * @return this
     * @throws IllegalArgumentException if the bytes are not a model file, or the network has several inputs
     */
    public SensorStream setModel(byte[] modelFile) {
        ModelUse.requireOneInput(ModelFile.modelOf(modelFile));
        bytes = modelFile;
        return this;
    }

    /**
     * Reads the model from a file.
     *
     * @param path a model file, local or in any file system that Hadoop supports
     * @return this
     * @throws IllegalArgumentException if the file cannot be read, or {@link #setModel(byte[])} throws
     */
    public SensorStream setModel(String path) {
        return setModel(StoredModel.read(path));
    }

    /**
     * Sets the column that identifies sensors.
     *
     * @param value name of the column, of any type, which is converted to a string; default {@code sensor}
     * @return this
     */
    public SensorStream setKeyCol(String value) {
        key = value;
        return this;
    }

    /**
     * Sets the column of times, which order the steps of a sensor.
     *
     * @param value name of the column, int or long; default {@code time}
     * @return this
     */
    public SensorStream setTimeCol(String value) {
        time = value;
        return this;
    }

    /**
     * Sets the column of the input.
     *
     * @param value name of the column; default {@code events}. It is an array of int, the inputs that fired in the
     *     step; or binary, a bit for each input, lowest first
     * @return this
     */
    public SensorStream setInputCol(String value) {
        input = value;
        return this;
    }

    /**
     * Applies the network to a streaming query.
     *
     * @param rows the steps of the sensors, a row each
     * @return the rows of spikes
     * @throws IllegalArgumentException if a column is missing or has the wrong type
     * @throws IllegalStateException if no model has been set, states are not stored in RocksDB, or its native library
     *     does not load
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
        String hash = CachedModel.hash(model);
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
