package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sensors whose membranes live on between micro-batches fire as in one run of all their steps. */
@ExtendWith(Sessions.class)
final class SensorStreamTest {

    private static final int INPUTS = 70;
    private static final int SENSORS = 12;
    private static final int BATCHES = 3;
    private static final int STEPS = 4;
    private static final StructType SCHEMA = new StructType()
            .add("sensor", DataTypes.IntegerType)
            .add("time", DataTypes.LongType)
            .add("events", DataTypes.createArrayType(DataTypes.IntegerType));

    @TempDir
    private Path folder;

    private String checkpoints = "";

    private final SparkSession spark = Sessions.shared();

    @BeforeEach
    void keepStatesInRocksDb() {
        spark.conf().set(SensorStream.PROVIDER, SensorStream.ROCKS_DB);
    }

    private static Network network() {
        TorchRandom random = new TorchRandom(5);
        return Network.builder(INPUTS)
                .dense(20, random)
                .neuron(new Synaptic(0.9, 0.95).withThreshold(0.3))
                .dense(6, random)
                .neuron(new Synaptic(0.9, 0.95).withThreshold(0.3))
                .build();
    }

    private static int[] events(int sensor, int time) {
        Random random = new Random(sensor * 1_000L + time);
        return random.ints(6, 0, INPUTS).distinct().toArray();
    }

    private void write(int batch) {
        List<Row> rows = new ArrayList<>();
        for (int step = STEPS - 1; step >= 0; step--) { // in another order
            for (int sensor = 0; sensor < SENSORS; sensor++) {
                int time = batch * STEPS + step;
                rows.add(RowFactory.create(sensor, (long) time, events(sensor, time)));
            }
        }
        spark.createDataFrame(rows, SCHEMA)
                .coalesce(1)
                .write()
                .mode("append")
                .parquet(folder.resolve("in").toString());
    }

    private Dataset<Row> source() throws IOException {
        Files.createDirectories(folder.resolve("in"));
        return spark.readStream()
                .schema(SCHEMA)
                .option("maxFilesPerTrigger", 1)
                .parquet(folder.resolve("in").toString());
    }

    private static SensorStream stream() {
        return new SensorStream().setModel(ModelFile.toBytes(network()));
    }

    private void run(Dataset<Row> rows) throws Exception {
        run(rows, _ -> true);
    }

    private void run(Dataset<Row> rows, FilterFunction<Row> ofResults) throws Exception {
        stream()
                .apply(rows)
                .filter(ofResults)
                .writeStream()
                .option("checkpointLocation", checkpoints + folder.resolve("checkpoint"))
                .trigger(Trigger.AvailableNow())
                .format("parquet")
                .start(folder.resolve("out").toString())
                .awaitTermination();
    }

    private Map<String, String> found() {
        Map<String, String> found = new TreeMap<>();
        for (Row row : spark.read().parquet(folder.resolve("out").toString()).collectAsList()) {
            String before = found.put(
                    row.getString(0) + " " + row.getLong(1), row.getList(2).toString());
            assertEquals(null, before, "a step came out twice");
        }
        return found;
    }

    private static Map<String, String> expected(int batches) {
        Map<String, String> expected = new TreeMap<>();
        for (int sensor = 0; sensor < SENSORS; sensor++) {
            try (Simulation simulation = network().simulate(1)) {
                for (int time = 0; time < batches * STEPS; time++) {
                    SpikeMatrix input = SpikeMatrix.zeros(1, INPUTS);
                    input.set(0, events(sensor, time));
                    List<Integer> fired = new ArrayList<>();
                    simulation.step(input).forEachSpike(0, fired::add);
                    expected.put(sensor + " " + time, fired.toString());
                }
            }
        }
        assertTrue(expected.values().stream().distinct().count() > 5, "outputs should differ: " + expected);
        return expected;
    }

    /** The query ends and starts anew, and rows that come again change nothing. */
    @Test
    void statesLiveOnBetweenBatchesAndRestarts() throws Exception {
        write(0);
        run(source());
        write(1);
        write(1);
        write(2);
        run(source());
        assertEquals(expected(BATCHES), found());
    }

    /** A task dies amid a micro-batch, in a cluster with its executor, and is run again. */
    @Test
    void aLostTaskGivesEqualSpikes() throws Exception {
        Path mark = folder.resolve("failed");
        String failed = mark.toString();
        boolean halts = Sessions.isCluster();
        beginAndRun(row -> {
            if (isAmidABatch(row) && new File(failed).createNewFile()) {
                if (halts) {
                    Runtime.getRuntime().halt(137);
                }
                throw new IllegalStateException("this attempt should fail");
            }
            return true;
        });
        assertTrue(Files.exists(mark));
        assertEquals(expected(BATCHES), found());
    }

    /** All attempts of a task fail amid a micro-batch, and the query with them; it starts anew from its checkpoint. */
    @Test
    void aRestartAmidABatchGivesEqualSpikes() throws Exception {
        FilterFunction<Row> fault = row -> {
            if (isAmidABatch(row)) {
                throw new IllegalStateException("this query should fail");
            }
            return true;
        };
        assertThrows(StreamingQueryException.class, () -> beginAndRun(fault));
        assertNotEquals(expected(BATCHES), found());
        run(source());
        assertEquals(expected(BATCHES), found());
    }

    /** The JVM of a query ends amid a micro-batch, as if it were killed; another one goes on from the checkpoint. */
    @Test
    @Tag("local")
    void aKilledDriverGivesEqualSpikes() throws Exception {
        begin();
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", Sessions.classPath(), SensorStreamTest.class.getName(), folder.toString()));
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertEquals(137, process.waitFor(), () -> log + " tells more");
        assertNotEquals(expected(BATCHES), found());
        run(source());
        assertEquals(expected(BATCHES), found());
    }

    /** The query that is killed, on what is in a folder. */
    public static void main(String[] arguments) throws Exception {
        SensorStreamTest killed = new SensorStreamTest();
        killed.folder = Path.of(arguments[0]);
        killed.keepStatesInRocksDb();
        killed.run(killed.source(), row -> {
            if (isAmidABatch(row)) {
                Runtime.getRuntime().halt(137);
            }
            return true;
        });
    }

    private void beginAndRun(FilterFunction<Row> ofResults) throws Exception {
        begin();
        run(source(), ofResults);
    }

    private void begin() throws Exception {
        write(0);
        run(source());
        write(1);
        write(2);
    }

    private static boolean isAmidABatch(Row row) {
        return row.getString(0).equals("7") && row.getLong(1) == STEPS + 2;
    }

    /** The disk of the checkpoint is full before a micro-batch or amid it; with room again the query goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFullDiskUnderTheCheckpointIsOneClearError(boolean amidABatch) throws Exception {
        Path mark = folder.resolve("full");
        String full = mark.toString();
        checkpoints = "full://";
        FullFileSystem.use(spark.sparkContext().hadoopConfiguration(), mark);
        begin();
        if (!amidABatch) {
            Files.createFile(mark);
        }
        FilterFunction<Row> fault = row -> {
            if (amidABatch && isAmidABatch(row)) {
                new File(full).createNewFile();
            }
            return true;
        };
        StreamingQueryException refused = assertThrows(StreamingQueryException.class, () -> run(source(), fault));
        Throwable reason = refused;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        assertEquals("No space left on device", reason.getMessage());
        assertNotEquals(expected(BATCHES), found());
        Files.delete(mark);
        run(source());
        assertEquals(expected(BATCHES), found());
    }

    @Test
    void packedBitsAreTheSame() throws Exception {
        write(0);
        spark.udf()
                .register(
                        "pack",
                        (org.apache.spark.sql.api.java.UDF1<scala.collection.Seq<Integer>, byte[]>) events -> {
                            byte[] bits = new byte[Math.ceilDiv(INPUTS, 8)];
                            events.foreach(neuron -> bits[neuron / 8] |= (byte) (1 << neuron % 8));
                            return bits;
                        },
                        DataTypes.BinaryType);
        run(source().withColumn("events", functions.callUDF("pack", functions.col("events"))));
        assertEquals(expected(1), found());
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        write(0);
        assertEquals(
                "column 'events' is string, expected array<int>, the inputs that fired, or binary, a bit for each",
                refused(source().withColumn("events", functions.lit("x"))));
        assertTrue(refused(source().drop("time")).startsWith("there is no column 'time', found [sensor, events]"));
        Dataset<Row> wild = source().withColumn("events", functions.array(functions.lit(INPUTS)));
        String message =
                assertThrows(StreamingQueryException.class, () -> run(wild)).getMessage();
        assertTrue(message.contains("the input has an input that is not 0 to 69"), message);
        spark.conf().unset(SensorStream.PROVIDER);
        assertTrue(assertThrows(IllegalStateException.class, () -> stream().apply(source()))
                .getMessage()
                .contains("expected " + SensorStream.ROCKS_DB + ", which transformWithState needs"));
    }

    private static String refused(Dataset<Row> rows) {
        return assertThrows(IllegalArgumentException.class, () -> stream().apply(rows))
                .getMessage();
    }
}
