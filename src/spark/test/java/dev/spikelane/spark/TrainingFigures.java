package dev.spikelane.spark;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Prints how long training rounds take: {@code TrainingFigures MASTER tutorial5|tutorial6 ROUNDS [SHARDS]}. The first of
 * three epochs warms up.
 */
final class TrainingFigures {

    private static final int BATCH = 128;
    private static final TaskTimes TIMES = new TaskTimes();

    static final TrainerFactory TRAINER = (network, steps, batch) -> Trainer.of(network, steps, batch)
            .loss(CrossEntropyLoss.rate())
            .surrogate(Surrogate.fastSigmoid(25))
            .optimizer(new Adam(1e-3));

    private TrainingFigures() {}

    private static Network tutorial6(TorchRandom random) {
        return Network.builder(Shape.of(1, 28, 28))
                .conv2d(12, 5, random)
                .maxPool2d(2)
                .neuron(new Leaky(0.5))
                .conv2d(64, 5, random)
                .maxPool2d(2)
                .neuron(new Leaky(0.5))
                .flatten()
                .dense(10, random)
                .neuron(new Leaky(0.5))
                .build();
    }

    static Network network(String name) {
        TorchRandom random = new TorchRandom(42);
        return switch (name) {
            case "tutorial6" -> tutorial6(random);
            case "tutorial5" -> dense(1_000, random);
            default -> dense(Integer.parseInt(name), random);
        };
    }

    private static Network dense(int hidden, TorchRandom random) {
        return Network.builder(784)
                .dense(hidden, random)
                .neuron(new Leaky(0.95))
                .dense(10, random)
                .neuron(new Leaky(0.95))
                .build();
    }

    /** The same on one machine, by one thread. */
    private static void alone(Network network, int steps, int rounds, int shards, int batch) {
        FloatMatrix values = FloatMatrix.zeros(batch, Samples.PIXELS);
        int[] labels = new int[batch];
        for (int i = 0; i < batch; i++) {
            byte[] pixels = Samples.pixels(i);
            for (int pixel = 0; pixel < pixels.length; pixel++) {
                values.set(i, pixel, Byte.toUnsignedInt(pixels[pixel]) / 255f);
            }
            labels[i] = i % 10;
        }
        try (Trainer trainer = TRAINER.trainer(network, steps, batch)
                .shards(shards)
                .threads(1)
                .build()) {
            for (int epoch = 1; epoch <= Integer.getInteger("epochs", 3); epoch++) {
                long start = System.nanoTime();
                for (int i = 0; i < rounds; i++) {
                    trainer.step(TrainingBatch.ofFrame(values, labels));
                }
                System.out.printf(
                        Locale.ROOT,
                        "alone, epoch %d: %d steps of %.1f ms%n",
                        epoch,
                        rounds,
                        (System.nanoTime() - start) * 1e-6 / rounds);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        boolean maps = arguments[1].equals("tutorial6");
        int rounds = Integer.parseInt(arguments[2]);
        int shards = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 2;
        int batch = arguments.length > 4 ? Integer.parseInt(arguments[4]) : BATCH;
        Network network = network(arguments[1]);
        if (arguments[0].equals("alone")) {
            alone(network, maps ? 50 : 25, rounds, shards, batch);
            return;
        }
        SpikelaneEstimator estimator = new SpikelaneEstimator()
                .setModel(ModelFile.toBytes(Model.of(network)))
                .setInputCol("pixels")
                .setCode("frame")
                .setSteps(maps ? 50 : 25)
                .setBatchSize(batch)
                .setShards(shards)
                .setEpochs(Integer.getInteger("epochs", 3))
                .setTrainer(TRAINER)
                .onTimes(text -> System.out.println(text + "\n" + TIMES.text()));
        try (SparkSession spark = Sessions.builder(arguments[0]).getOrCreate()) {
            List<Row> rows = IntStream.range(0, rounds * batch)
                    .mapToObj(i -> RowFactory.create((long) i, i % 10, Samples.pixels(i)))
                    .toList();
            spark.sparkContext().addSparkListener(TIMES);
            long start = System.nanoTime();
            SpikelaneModel trained = estimator.fit(spark.createDataFrame(rows, new StructType()
                            .add("id", "long")
                            .add("label", "int")
                            .add("pixels", "binary")));
            System.out.printf(
                    Locale.ROOT,
                    "%s %s: %.1f s, SHA-256 %s%n",
                    arguments[0],
                    arguments[1],
                    (System.nanoTime() - start) * 1e-9,
                    TrainingCase.hash(trained));
        }
    }
}
