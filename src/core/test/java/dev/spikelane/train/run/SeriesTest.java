package dev.spikelane.train.run;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.SmallRun;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import dev.spikelane.train.TrainingRunBuilder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs learn series: targets of each step, and of each population. */
@EveryWidth
final class SeriesTest {

    private static final int STEPS = 6;
    private static final int SAMPLES = 10;
    private static final int BATCH = 4; // the last batch has two samples
    private static final int INPUTS = 3;
    private static final int HIDDEN = 9;
    private static final int OUTPUTS = 2;

    private final FloatMatrix values = random(STEPS * INPUTS, 1);
    private final FloatMatrix ofOutputs = random(STEPS * OUTPUTS, 2);
    private final FloatMatrix ofHidden = random(HIDDEN, 3);
    private final Batching batching = new Batching(BATCH).withCode(InputEncoding.pieces(STEPS));

    private static FloatMatrix random(int columns, int seed) {
        return Matrices.uniform(Arena.ofAuto(), SAMPLES, columns, new Random(seed));
    }

    private static Network network() {
        return Networks.of(
                new TorchRandom(3),
                INPUTS,
                dense(HIDDEN, new Leaky(0.9).withThreshold(0.3)),
                dense(OUTPUTS, new Leaky(0.8)));
    }

    private static TrainerBuilder trainer(Network network, double rate) {
        return Trainer.of(network, STEPS, BATCH).optimizer(new Sgd(rate));
    }

    private TrainingRunBuilder run(Trainer trainer, Dataset data) {
        return TrainingRun.of(trainer, data, batching);
    }

    private Dataset series() {
        return Dataset.ofTargets(Shape.of(STEPS * INPUTS), values, ofOutputs);
    }

    /** Returns rows of some samples, time-major, for a trainer. */
    private static FloatMatrix timeMajor(FloatMatrix rows, int first, int count) {
        int columns = rows.columns() / STEPS;
        FloatMatrix into = FloatMatrix.zeros(STEPS * count, columns);
        for (int sample = 0; sample < count; sample++) {
            for (int i = 0; i < rows.columns(); i++) {
                into.set(i / columns * count + sample, i % columns, rows.get(first + sample, i));
            }
        }
        return into;
    }

    private long hashOfSteps(UnaryOperator<TrainerBuilder> wish) {
        Network network = network();
        try (Trainer trainer = wish.apply(trainer(network, 0.1).loss(SquaredErrorLoss.membraneTargets()))
                .build()) {
            for (int first = 0; first < SAMPLES; first += BATCH) {
                int count = Math.min(BATCH, SAMPLES - first);
                trainer.step(
                        TrainingBatch.withTargets(timeMajor(values, first, count), timeMajor(ofOutputs, first, count)));
            }
        }
        return network.weights().hash();
    }

    private long hashOfRun(Dataset data, UnaryOperator<TrainerBuilder> wish) throws IOException {
        Network network = network();
        try (Trainer trainer = wish.apply(trainer(network, 0.1).loss(SquaredErrorLoss.membraneTargets()))
                .build()) {
            run(trainer, data).build().run();
        }
        return network.weights().hash();
    }

    @Test
    void targetsOfStepsHaveTheBitsOfThoseInTimeMajorOrder() throws IOException {
        List<UnaryOperator<TrainerBuilder>> wishes = List.of(
                trainer -> trainer,
                trainer -> trainer.shards(3),
                trainer -> trainer.threads(2),
                trainer -> trainer.truncateEvery(4).shards(2));
        for (UnaryOperator<TrainerBuilder> wish : wishes) {
            assertEquals(hashOfSteps(wish), hashOfRun(series(), wish));
        }
        Dataset named =
                Dataset.ofTargets(Shape.of(STEPS * INPUTS), values, Map.of("lif2", ofOutputs, "lif1", ofHidden));
        assertEquals(hashOfSteps(trainer -> trainer), hashOfRun(named, trainer -> trainer));
        int[] order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        assertEquals(
                hashOfSteps(trainer -> trainer), hashOfRun(named.subset(order).scaled(1, 0), trainer -> trainer));
    }

    /** Inputs are cut out of a batch; targets by name stay. */
    @Test
    void networksOfSeveralInputsReadTargetsByName() throws IOException {
        Dataset named = Dataset.ofTargets(Shape.of(STEPS * INPUTS), values, Map.of("out", ofOutputs));
        assertEquals(hashOfTwoInputs(series()), hashOfTwoInputs(named));
    }

    private long hashOfTwoInputs(Dataset data) throws IOException {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Population out = builder.population("out", Shape.of(OUTPUTS), new Leaky(0.9));
        builder.project("a-out", builder.input("a", Shape.of(1)), out, Dense.linear(1, OUTPUTS, random));
        builder.project("b-out", builder.input("b", Shape.of(2)), out, Dense.linear(2, OUTPUTS, random));
        Network network = builder.build();
        long before = network.weights().hash();
        try (Trainer trainer =
                trainer(network, 0.1).loss(SquaredErrorLoss.membraneTargets()).build()) {
            run(trainer, data).build().run();
        }
        assertNotEquals(before, network.weights().hash());
        return network.weights().hash();
    }

    private double loss(Dataset data, UnaryOperator<TrainerBuilder> losses) throws IOException {
        try (Trainer trainer = losses.apply(trainer(network(), 0)).build()) {
            EpochResult result =
                    run(trainer, data).validate(data).build().run().history().getFirst();
            assertEquals(result.loss(), result.validationLoss(), 1e-9);
            return result.loss();
        }
    }

    @Test
    void eachLossReadsTheTargetsOfItsPopulation() throws IOException {
        Shape shape = Shape.of(STEPS * INPUTS);
        double outputs = loss(series(), trainer -> trainer.loss("lif2", SquaredErrorLoss.membraneTargets()));
        double hidden = loss(
                Dataset.ofTargets(shape, values, ofHidden),
                trainer -> trainer.loss("lif1", SquaredErrorLoss.membraneTargets()));
        UnaryOperator<TrainerBuilder> both = trainer -> trainer.loss("lif2", SquaredErrorLoss.membraneTargets())
                .loss("lif1", SquaredErrorLoss.membraneTargets());
        assertNotEquals(outputs, hidden);
        assertEquals(
                outputs + hidden,
                loss(Dataset.ofTargets(shape, values, Map.of("lif1", ofHidden, "lif2", ofOutputs)), both),
                1e-9);
        assertEquals(outputs + hidden, loss(series().withTargets(Map.of("lif1", ofHidden)), both), 1e-9);
    }

    /** Labels stay beside targets. */
    @Test
    void oneLossMayReadLabelsAndAnotherTargets() throws IOException {
        int[] labels = {0, 1, 0, 1, 1, 0, 0, 1, 0, 1};
        Dataset labeled = Dataset.of(Shape.of(STEPS * INPUTS), values, labels, OUTPUTS);
        double classes = loss(labeled, trainer -> trainer.loss("lif2", CrossEntropyLoss.rate()));
        double both = loss(
                labeled.withTargets(Map.of("lif1", ofHidden)),
                trainer ->
                        trainer.loss("lif2", CrossEntropyLoss.rate()).loss("lif1", SquaredErrorLoss.membraneTargets()));
        double hidden = loss(
                Dataset.ofTargets(Shape.of(STEPS * INPUTS), values, ofHidden),
                trainer -> trainer.loss("lif1", SquaredErrorLoss.membraneTargets()));
        assertEquals(classes + hidden, both, 1e-9);
    }

    private void refused(String message, Dataset data, UnaryOperator<TrainerBuilder> losses) {
        try (Trainer trainer = losses.apply(trainer(network(), 0)).build()) {
            assertInvalid(message, () -> run(trainer, data).build());
        }
    }

    @Test
    void messagesNamePopulationAndLoss() {
        Shape shape = Shape.of(STEPS * INPUTS);
        UnaryOperator<TrainerBuilder> membranes = trainer -> trainer.loss("lif2", SquaredErrorLoss.membraneTargets());
        refused(
                "training data has targets of 9 values for mse_membrane_loss of population 'lif2', expected 2 or 6 x 2"
                        + " values for each sample",
                Dataset.ofTargets(shape, values, ofHidden),
                membranes);
        refused(
                "training data has no targets for mse_membrane_loss of population 'lif2', expected 2 or 6 x 2 values for"
                        + " each sample",
                Dataset.ofTargets(shape, values, Map.of("lif1", ofHidden)),
                membranes);
        refused(
                "training data has no labels, expected some for mse_count_loss of population 'lif2'",
                series(),
                trainer -> trainer.loss(SquaredErrorLoss.count()));
        refused(
                "there is no population 'lif3', expected one of [lif1, lif2]",
                series().withTargets(Map.of("lif3", ofHidden)),
                membranes);
        try (Trainer trainer = membranes.apply(trainer(network(), 0)).build()) {
            FloatMatrix input = timeMajor(values, 0, BATCH);
            assertInvalid(
                    "mse_membrane_loss of population 'lif2' reads targets, found none, expected [4 x 2] or [4 x 12] or"
                            + " [24 x 2]",
                    () -> trainer.step(TrainingBatch.of(input)));
            assertInvalid(
                    "targets for mse_membrane_loss of population 'lif2' are [4 x 5], expected [4 x 2] or [4 x 12] or"
                            + " [24 x 2]",
                    () -> trainer.step(TrainingBatch.withTargets(input, Map.of("lif2", FloatMatrix.zeros(4, 5)))));
        }
    }

    /** Other targets make another run. */
    @Test
    void checkpointsKnowTheTargetsOfPopulations(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("run");
        try (Trainer trainer =
                trainer(network(), 0.1).loss(SquaredErrorLoss.membraneTargets()).build()) {
            run(trainer, series().withTargets(Map.of("lif1", ofHidden)))
                    .checkpoint(file)
                    .build()
                    .run();
        }
        try (Trainer trainer =
                trainer(network(), 0.1).loss(SquaredErrorLoss.membraneTargets()).build()) {
            TrainingRunBuilder other = run(trainer, series().withTargets(Map.of("lif1", random(HIDDEN, 4))))
                    .checkpoint(file)
                    .resume();
            assertPart(IOException.class, "samples, by a hash", other::build);
        }
    }

    @Test
    void aListenerOfEpochsMayStopTheRun() throws IOException {
        try (Trainer trainer =
                trainer(network(), 0.1).loss(SquaredErrorLoss.membraneTargets()).build()) {
            List<String> told = new ArrayList<>();
            TrainingRun run = run(trainer, series())
                    .epochs(9)
                    .onEpoch(result -> told.add("epoch " + result.epoch()))
                    .onEpoch((now, result) -> {
                        told.add("then " + result.epoch());
                        if (result.epoch() == 2) {
                            now.stop();
                        }
                    })
                    .build()
                    .run();
            assertEquals(2, run.history().size());
            assertEquals(List.of("epoch 1", "then 1", "epoch 2", "then 2"), told);
        }
    }

    @Test
    void anEarlyStopIsTold() throws IOException {
        List<String> notices = new ArrayList<>();
        try (Trainer trainer = Trainers.of(SmallRun.network(), STEPS, BATCH, CrossEntropyLoss.membrane(), new Sgd(0))) {
            TrainingRun.of(trainer, SmallRun.data(SAMPLES, 1), new Batching(BATCH))
                    .epochs(9)
                    .stopAfter(2)
                    .onNotice(notices::add)
                    .build()
                    .run();
        }
        assertEquals(
                List.of("stopped early after epoch 3 of 9: the last 2 were no better than epoch 1, whose values the"
                        + " network has"),
                notices.stream().filter(text -> text.startsWith("stopped")).toList());
    }
}
