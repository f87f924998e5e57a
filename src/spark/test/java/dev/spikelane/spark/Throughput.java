package dev.spikelane.spark;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.random.CounterRandom;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Images a second of tutorial 5's network, 25 steps, rate coded: in {@code local[2]} over cached rows of bytes, and on
 * one machine in batches of 256 with two threads, the run alone and with the same encoding before it. Started by
 * {@code src/spark/throughput}.
 */
final class Throughput {

    private static final int BATCH = 256;
    private static final int DIFFERENT = 2_000;

    private Throughput() {}

    public static void main(String[] arguments) throws IOException {
        int images = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        Model model = Samples.model(1_000);
        byte[][] pixels =
                IntStream.range(0, DIFFERENT).mapToObj(Samples::pixels).toArray(byte[][]::new);
        try (SparkSession spark = Sessions.builder("local[2]").getOrCreate();
                Simulation simulation = model.network().simulate(BATCH, 2)) {
            Dataset<Row> rows = spark.createDataFrame(
                            spark.range(0, images, 1, 2)
                                    .javaRDD()
                                    .map(id -> RowFactory.create(id, Samples.pixels(id % DIFFERENT))),
                            Samples.SCHEMA)
                    .cache();
            rows.count();
            SpikelaneModel classify = new SpikelaneModel()
                    .setModel(Samples.bytes(model))
                    .setInputCol("pixels")
                    .setIdCol("id")
                    .setSeed(Samples.SEED);
            SpikeCounts counts = simulation.countSpikes("lif2");
            OneMachine local = new OneMachine(simulation, counts, pixels);
            for (int round = 0; round <= rounds; round++) {
                double alone = images / local.seconds(images, false);
                double encoded = images / local.seconds(images, true);
                long start = System.nanoTime();
                classify.transform(rows)
                        .select("prediction.label")
                        .write()
                        .format("noop")
                        .mode("overwrite")
                        .save();
                double there = images * 1e9 / (System.nanoTime() - start);
                System.out.printf(
                        Locale.ROOT,
                        "%s: Simulation.run %,.0f images/s, with encoding %,.0f; Spark %,.0f, %.2f and %.2f times that%n",
                        round == 0 ? "warm-up" : "round " + round,
                        alone,
                        encoded,
                        there,
                        there / alone,
                        there / encoded);
            }
        }
    }

    /** The same on one machine. */
    private record OneMachine(Simulation simulation, SpikeCounts counts, byte[][] pixels) {

        double seconds(int images, boolean encoding) {
            InputEncoding code = InputEncoding.rate(new Rate(), Samples.STEPS);
            FloatMatrix values = FloatMatrix.zeros(BATCH, Samples.PIXELS);
            SpikeMatrix input = (SpikeMatrix) code.allocate(BATCH, Samples.PIXELS);
            CounterRandom.Draws draws = CounterRandom.Draws.encoding(Samples.SEED, BATCH);
            int[] ids = new int[BATCH];
            int[] labels = new int[images];
            encode(code, values, input, draws, ids);
            long start = System.nanoTime();
            for (int first = 0; first < images; first += BATCH) {
                int from = first;
                if (encoding) {
                    Arrays.setAll(ids, i -> from + i);
                    encode(code, values, input, draws, ids);
                }
                simulation.reset();
                simulation.run(input);
                for (int i = 0; i < BATCH && first + i < images; i++) {
                    labels[first + i] = counts.label(i);
                }
            }
            return (System.nanoTime() - start) / 1e9;
        }

        private void encode(
                InputEncoding code, FloatMatrix values, SpikeMatrix input, CounterRandom.Draws draws, int[] ids) {
            for (int i = 0; i < BATCH; i++) {
                byte[] of = pixels[ids[i] % pixels.length];
                for (int column = 0; column < of.length; column++) {
                    values.set(i, column, Byte.toUnsignedInt(of[column]) / 255f);
                }
            }
            draws.setSamples(ids, 0, BATCH);
            code.encode(values, draws, input);
        }
    }
}
