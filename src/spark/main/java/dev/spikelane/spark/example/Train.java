package dev.spikelane.spark.example;

import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.spark.SpikelaneEstimator;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains a network of ten classes on rows of pixels: {@code Train INPUT OUTPUT [SHARDS]}. */
public final class Train {

    private Train() {}

    /**
     * Runs the program.
     *
     * @param arguments Parquet or an IDX file of images beside its labels, the model file to write, and the number of
     *     shards, default 2; use the number of executors
     * @throws IOException if an IDX file cannot be read, or the model cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = SparkSession.builder().appName("train").getOrCreate()) {
            Dataset<Row> rows = Images.read(spark, arguments[0]);
            byte[] first = rows.select("pixels").first().getAs(0);
            TorchRandom random = new TorchRandom(0);
            Network network = Network.builder(first.length)
                    .dense(1_000, random)
                    .neuron(new Leaky(0.95))
                    .dense(10, random)
                    .neuron(new Leaky(0.95))
                    .build();
            new SpikelaneEstimator()
                    .setModel(ModelFile.toBytes(Model.of(network)))
                    .setInputCol("pixels")
                    .setLabelCol("label")
                    .setIdCol("id")
                    .setSteps(25)
                    .setShards(arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2)
                    .setTrainer((untrained, steps, batch) -> Trainer.of(untrained, steps, batch)
                            .loss(CrossEntropyLoss.membrane())
                            .optimizer(new Adam(5e-4)))
                    .onEpoch(epoch -> System.out.printf(
                            "Epoch %d: loss %.4f, accuracy %.2f %%%n",
                            epoch.epoch(), epoch.loss(), 100 * epoch.accuracy()))
                    .fit(rows)
                    .writeModel(arguments[1]);
        }
    }
}
