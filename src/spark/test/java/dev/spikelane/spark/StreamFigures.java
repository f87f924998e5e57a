package dev.spikelane.spark;

import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Prints what micro-batches of many sensors take: {@code StreamFigures MASTER FOLDER SENSORS STEPS BATCHES}. */
final class StreamFigures {

    private static final int INPUTS = 2_312;
    private static final int EVENTS = 40;

    private StreamFigures() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        int sensors = Integer.parseInt(arguments[2]);
        int steps = Integer.parseInt(arguments[3]);
        int batches = Integer.parseInt(arguments[4]);
        StructType schema = new StructType()
                .add("sensor", DataTypes.LongType)
                .add("time", DataTypes.LongType)
                .add("events", DataTypes.createArrayType(DataTypes.IntegerType, false));
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(INPUTS)
                .dense(100, random)
                .neuron(new Leaky(0.9))
                .dense(10, random)
                .neuron(new Leaky(0.9))
                .build();
        try (SparkSession spark = Sessions.builder(arguments[0])
                .config(SensorStream.PROVIDER, SensorStream.ROCKS_DB)
                .config("spark.sql.shuffle.partitions", 2)
                .getOrCreate()) {
            Path in = folder.resolve("in");
            if (!Files.exists(in)) {
                for (int batch = 0; batch < batches; batch++) {
                    int first = batch * steps;
                    spark.range(0, (long) sensors * steps, 1, 1)
                            .map(
                                    (MapFunction<Long, Row>) number -> RowFactory.create(
                                            number % sensors,
                                            first + number / sensors,
                                            new Random(number).ints(EVENTS, 0, INPUTS).toArray()),
                                    Encoders.row(schema))
                            .write()
                            .mode("append")
                            .parquet(in.toString());
                }
            }
            Dataset<Row> rows = spark.readStream()
                    .schema(schema)
                    .option("maxFilesPerTrigger", 1)
                    .parquet(in.toString());
            StreamingQuery query = new SensorStream()
                    .setModel(ModelFile.toBytes(network))
                    .apply(rows)
                    .writeStream()
                    .option("checkpointLocation", Files.createTempDirectory(folder, "checkpoint").toString())
                    .trigger(Trigger.AvailableNow())
                    .format("noop")
                    .start();
            query.awaitTermination();
            for (StreamingQueryProgress progress : query.recentProgress()) {
                double seconds = progress.batchDuration() * 1e-3;
                System.out.printf(
                        Locale.ROOT,
                        "batch %d: %d rows in %.2f s, %.0f steps/s, %s%n  %s%n",
                        progress.batchId(),
                        progress.numInputRows(),
                        seconds,
                        progress.numInputRows() / seconds,
                        progress.durationMs(),
                        progress.stateOperators().length == 0 ? "" : progress.stateOperators()[0].json());
            }
            try (Simulation simulation = network.simulate(1)) {
                System.out.println("bytes of a sensor: " + (Long.BYTES + simulation.stateBytes()));
            }
        }
    }
}
