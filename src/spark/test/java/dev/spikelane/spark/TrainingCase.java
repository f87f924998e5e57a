package dev.spikelane.spark;

import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.spark.round.WeightBytes;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import dev.spikelane.train.TrainingRunBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** A run of 50 steps, on one machine and on Spark. The last batch of its epochs is smaller than the others. */
final class TrainingCase {

    static final int ROWS = 490;
    static final int BATCH = 20;
    static final int STEPS = 10;
    static final int SHARDS = 5;
    static final int EPOCHS = 2;
    static final long SEED = 7;
    static final StructType SCHEMA = new StructType()
            .add("key", DataTypes.LongType)
            .add("class", DataTypes.IntegerType)
            .add("pixels", DataTypes.BinaryType);

    private TrainingCase() {}

    static byte[] model() {
        TorchRandom random = new TorchRandom(3);
        Network network = Network.builder(Samples.PIXELS)
                .dense(40, random)
                .batchNorm()
                .neuron(new RLeaky(Recurrence.by(Samples.LATERAL.seed(3)), 0.9))
                .dense(10, random)
                .neuron(new Leaky(0.9))
                .build();
        return ModelFile.toBytes(Model.of(network).with(Model.CODE, "rate"));
    }

    static int label(int number) {
        return number * 31 % 10;
    }

    /** Keys have gaps and are negative too; their order is that of the numbers. */
    static long key(int number) {
        return 7L * number - 1_000;
    }

    static Row row(int number) {
        return RowFactory.create(key(number), label(number), Samples.pixels(number));
    }

    static org.apache.spark.sql.Dataset<Row> rows(SparkSession spark, int partitions) {
        List<Row> rows = IntStream.range(0, ROWS)
                .mapToObj(i -> row(i * 167 % ROWS)) // in another order
                .toList();
        return spark.createDataFrame(rows, SCHEMA).repartition(partitions);
    }

    static final TrainerFactory TRAINER = (network, steps, batch) -> Trainer.of(network, steps, batch)
            .loss(CrossEntropyLoss.rate().withWeights(1, 2, 1, 1, 0.5f, 1, 1, 1, 1, 3))
            .learn("lif1.beta")
            .dropout("fc2", 0.1)
            .seed(5)
            .optimizer(new Adam(5e-3));

    static SpikelaneEstimator estimator() {
        return new SpikelaneEstimator()
                .setModel(model())
                .setTrainer(TRAINER)
                .setInputCol("pixels")
                .setIdCol("key")
                .setLabelCol("class")
                .setSteps(STEPS)
                .setBatchSize(BATCH)
                .setShards(SHARDS)
                .setEpochs(EPOCHS)
                .setSeed(SEED);
    }

    private static Dataset local() {
        FloatMatrix values = FloatMatrix.zeros(ROWS, Samples.PIXELS);
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = label(i);
            byte[] pixels = Samples.pixels(i);
            for (int pixel = 0; pixel < pixels.length; pixel++) {
                values.set(i, pixel, Byte.toUnsignedInt(pixels[pixel]) / 255f);
            }
        }
        return Dataset.of(Shape.of(Samples.PIXELS), values, labels, 10);
    }

    /** Trains on one machine, and returns the SHA-256 of the weights. */
    static String local(@Nullable Path checkpoint, Consumer<TrainingRun> onStep) throws IOException {
        Network network = ModelFile.of(model());
        try (Trainer trainer =
                TRAINER.trainer(network, STEPS, BATCH).shards(SHARDS).threads(2).build()) {
            TrainingRunBuilder run = TrainingRun.of(
                            trainer, local(), estimator().batching())
                    .epochs(EPOCHS)
                    .onStep(onStep);
            if (checkpoint != null) {
                run.checkpoint(checkpoint).resume();
            }
            run.build().run();
        }
        return CachedModel.hash(WeightBytes.of(network));
    }

    static String hash(SpikelaneModel model) {
        return CachedModel.hash(WeightBytes.of(ModelFile.of(model.model())));
    }
}
