package dev.spikelane.spark.cli;

import static org.apache.spark.sql.functions.max;

import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.spark.SpikelaneEstimator;
import dev.spikelane.spark.SpikelaneModel;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.collection.Seq;

/** Trains a network on the rows of a file and writes it as a model file. */
record TrainCommand(CommandOptions options) implements SparkCommand {

    private static final Map<String, Supplier<Loss>> LOSSES = Map.of(
            "membrane", CrossEntropyLoss::membrane,
            "max-membrane", CrossEntropyLoss::maxMembrane,
            "rate", CrossEntropyLoss::rate,
            "count", CrossEntropyLoss::count);

    private static final int PARTS = 10;

    @Override
    public void call(PrintStream out) throws IOException {
        String output = options.required("--output");
        String label = options.text("--label-col").orElse("label");
        String input = options.text("--input-col").orElse("pixels");
        SpikelaneEstimator estimator = estimator(out).setInputCol(input).setLabelCol(label);
        try (SparkSession spark = SparkCommand.session(options)) {
            Dataset<Row> rows = CommandRows.read(spark, options.required("--input"));
            if (options.text("--model").isPresent()) {
                estimator.setModel(options.required("--model"));
            } else {
                estimator.setModel(ModelFile.toBytes(Model.of(network(rows, input, label))));
            }
            long start = System.nanoTime();
            SpikelaneModel trained = estimator.fit(rows);
            trained.writeModel(output);
            out.printf(
                    Locale.ROOT,
                    "Wrote    %s, %,d bytes, in %.1f s%n",
                    output,
                    trained.model().length,
                    (System.nanoTime() - start) / 1e9);
        }
    }

    private SpikelaneEstimator estimator(PrintStream out) {
        String loss = options.text("--loss").orElse("membrane");
        if (!LOSSES.containsKey(loss)) {
            throw new CommandOptions.Wrong("--loss is '" + loss + "', expected membrane, max-membrane, rate or count");
        }
        double rate = options.number("--rate", Double::valueOf).orElse(5e-4);
        SpikelaneEstimator estimator = new SpikelaneEstimator()
                .setIdCol(options.text("--id-col").orElse("id"))
                .setCode(options.text("--code").orElse("frame"))
                .setSteps(options.integer("--steps").orElse(25))
                .setTrainer((network, steps, batch) -> Trainer.of(network, steps, batch)
                        .loss(LOSSES.get(loss).get())
                        .optimizer(new Adam(rate)))
                .onStep(run -> say(run, out))
                .onEpoch(result -> out.printf(
                        Locale.ROOT,
                        "Epoch    %d: loss %.4f, accuracy %.2f %%, %,.0f rows a second%n",
                        result.epoch(),
                        result.loss(),
                        100 * result.accuracy(),
                        result.samplesPerSecond()));
        options.integer("--epochs").ifPresent(estimator::setEpochs);
        options.integer("--batch").ifPresent(estimator::setBatchSize);
        options.integer("--shards").ifPresent(estimator::setShards);
        options.number("--seed", Long::valueOf).ifPresent(estimator::setSeed);
        options.text("--checkpoint").ifPresent(estimator::setCheckpoint);
        return estimator;
    }

    /** Some ten times an epoch: Spark's progress bar stands still while its tasks stay for an epoch. */
    private static void say(TrainingRun run, PrintStream out) {
        if (run.batch() % Math.ceilDiv(run.batches(), PARTS) == 0) {
            out.printf(
                    Locale.ROOT,
                    "Step     %,d of %,d: loss %.4f, accuracy %.2f %%%n",
                    run.batch(),
                    run.batches(),
                    run.loss(),
                    100 * run.accuracy());
        }
    }

    /** A network of the size of the first row, with an output for each class. */
    private Network network(Dataset<Row> rows, String input, String label) {
        Object first = rows.select(input).first().get(0);
        int size = first instanceof byte[] bytes
                ? bytes.length
                : first instanceof Vector vector ? vector.size() : ((Seq<?>) first).length();
        if (options.text("--code").orElse("").equals("pieces")) {
            size /= options.integer("--steps").orElse(25);
        }
        int classes = 1 + ((Number) rows.agg(max(label)).first().get(0)).intValue();
        TorchRandom random =
                new TorchRandom(options.number("--seed", Long::valueOf).orElse(0L));
        Leaky neuron = new Leaky(options.number("--beta", Double::valueOf).orElse(0.95));
        return Network.builder(size)
                .dense(options.integer("--hidden").orElse(1_000), random)
                .neuron(neuron)
                .dense(classes, random)
                .neuron(neuron)
                .build();
    }
}
