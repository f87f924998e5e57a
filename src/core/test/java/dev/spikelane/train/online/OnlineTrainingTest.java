package dev.spikelane.train.online;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Psn;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.EProp;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainers keep their contracts with forward gradients. */
@EveryWidth
class OnlineTrainingTest {

    private static final int INPUTS = 9;
    private static final int CLASSES = 3;
    private static final int STEPS = 110;
    private static final int BATCH = 4;
    private static final int[] LABELS = {0, 1, 2, 1};

    private static Leaky readout() {
        return new Leaky(0.9).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE));
    }

    private static Network recurrent() {
        TorchRandom random = new TorchRandom(4);
        return Networks.of(
                random,
                INPUTS,
                dense(30, new RLeaky(Recurrence.allToAll(30, random), 0.9).withThreshold(0.4)),
                dense(70, new RLeaky(Recurrence.allToAll(70, random), 0.8).withThreshold(0.4)),
                dense(CLASSES, readout()));
    }

    private static Network layers() {
        return Networks.of(
                new TorchRandom(6),
                INPUTS,
                dense(70, new Synaptic(0.7, 0.9).withThreshold(0.6)),
                dense(CLASSES, readout()));
    }

    private static SpikeMatrix input(int samples) {
        return Matrices.spikes(Arena.ofAuto(), STEPS * samples, INPUTS, 0.2, new Random(2));
    }

    private static TrainerBuilder trainer(Network network) {
        return Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .loss("lif1", Loss.spikeRatePenalty(1e-3))
                .optimizer(new Adam(1e-3));
    }

    private static long hash(UnaryOperator<TrainerBuilder> wish) {
        Network network = recurrent();
        try (Trainer trainer = wish.apply(
                        trainer(network).online(EProp.adaptive(3).withRate(0.1, 2)))
                .build()) {
            for (int i = 0; i < 2; i++) {
                trainer.step(TrainingBatch.of(input(BATCH), LABELS));
            }
        }
        return network.weights().hash();
    }

    @Test
    void weightsDoNotDependOnThreadsOrWhoMeasures() {
        long expected = hash(trainer -> trainer);
        assertNotEquals(recurrent().weights().hash(), expected);
        assertEquals(expected, hash(trainer -> trainer.threads(2)));
        assertEquals(expected, hash(trainer -> trainer.recomputeEvery(7)));
        assertEquals(
                expected,
                hash(trainer -> trainer.onGradients((loss, gradients) -> {
                    assertEquals(70, gradients.apply("fc3.weight").columns());
                    return true;
                })));
    }

    /** It would count spikes that a longer batch left after the ends. */
    @Test
    void aRegularizationOfRatesRefusesLengths() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), 20 * BATCH, INPUTS, 0.2, new Random(2));
        TrainingBatch series = TrainingBatch.of(input, LABELS).withLengths(3, 7, 2, 3);
        for (double strength : new double[] {0, 1}) {
            try (Trainer trainer = Trainer.of(layers(), 20, BATCH)
                    .loss(CrossEntropyLoss.membrane())
                    .optimizer(new Adam(1e-3))
                    .online(EProp.symmetric().withRate(0.1, strength))
                    .build()) {
                trainer.step(TrainingBatch.of(input, LABELS));
                if (strength == 0) {
                    trainer.step(series);
                } else {
                    assertPart("a regularization of rates counts", () -> trainer.step(series));
                }
            }
        }
    }

    /** Gradients go forward only through dense connections, not through others after them. */
    @Test
    void connectionsBehindDenseOnesAreRefused() {
        for (Connection behind : List.of(BatchNorm.of(70), BatchNorm.td(70, 1, 1), Psn.of(20, new TorchRandom(1)))) {
            Network network = Networks.of(
                    new TorchRandom(6), INPUTS, dense(70, new Leaky(0.9), behind), dense(CLASSES, readout()));
            TrainerBuilder online = Trainer.of(network, 20, BATCH)
                    .loss(CrossEntropyLoss.membrane())
                    .optimizer(new Adam(1e-3))
                    .online(EProp.symmetric());
            assertInvalid(
                    "projection 'fc1' is dense 9 -> 70, " + behind
                            + ", expected one dense connection for online gradients",
                    () -> online.build().close());
        }
    }

    @Test
    void shardsAreBatchesOfTheirOwn() {
        List<TrainingBatch> parts = new ArrayList<>();
        SpikeMatrix all = input(BATCH);
        for (int part = 0; part < 2; part++) {
            SpikeMatrix own = SpikeMatrix.zeros(STEPS * BATCH / 2, INPUTS);
            for (int row = 0; row < own.rows(); row++) {
                for (int i = 0; i < INPUTS; i++) {
                    own.set(row, i, all.get(row / 2 * BATCH + part * 2 + row % 2, i));
                }
            }
            parts.add(TrainingBatch.of(own, LABELS[part * 2], LABELS[part * 2 + 1]));
        }
        Network whole = recurrent();
        Network apart = recurrent();
        try (Trainer one = trainer(whole).online(EProp.random(1)).shards(2).build();
                Trainer two = trainer(apart).online(EProp.random(1)).shards(2).build()) {
            double loss = one.step(TrainingBatch.of(all, LABELS));
            assertEquals(loss, two.step(parts));
            one.step(TrainingBatch.of(all, LABELS));
            two.step(parts);
        }
        assertEquals(whole.weights().hash(), apart.weights().hash());
    }

    /** Returns the gradients of a step before values change. */
    private static FloatMatrix gradient(TrainerBuilder builder, TrainingBatch batch, String name, double[] loss) {
        FloatMatrix[] found = new FloatMatrix[1];
        try (Trainer trainer = builder.onGradients((_, gradients) -> {
                    found[0] = gradients.apply(name);
                    return false;
                })
                .build()) {
            loss[0] = trainer.step(batch);
        }
        return found[0];
    }

    /** Complete without feedback of spikes to their layer: two variables, and a penalty on spikes. */
    @Test
    void isBackpropagationWithoutLoops() {
        TrainingBatch frame =
                TrainingBatch.ofFrame(Matrices.uniform(Arena.ofAuto(), BATCH, INPUTS, new Random(5)), LABELS);
        double[] forward = new double[1];
        double[] back = new double[1];
        for (TrainingBatch batch : List.of(TrainingBatch.of(input(BATCH), LABELS), frame)) {
            for (String name : List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")) {
                FloatMatrix expected = gradient(trainer(layers()), batch, name, back);
                FloatMatrix found = gradient(trainer(layers()).online(EProp.symmetric()), batch, name, forward);
                double largest = 0;
                double apart = 0;
                for (int row = 0; row < expected.rows(); row++) {
                    for (int column = 0; column < expected.columns(); column++) {
                        largest = Math.max(largest, Math.abs(expected.get(row, column)));
                        apart = Math.max(apart, Math.abs(expected.get(row, column) - found.get(row, column)));
                    }
                }
                assertTrue(apart < 1e-5 * largest, name + ": " + apart + " of " + largest);
                assertEquals(back[0], forward[0], 1e-12 * back[0]);
            }
        }
    }

    @Test
    void memoryDoesNotGrowWithSteps() {
        assertEquals(bytes(1_000, true), bytes(10_000, true));
        assertTrue(bytes(10_000, true) < bytes(10_000, false) / 4);
    }

    private static long bytes(int steps, boolean online) {
        TrainerBuilder builder = Trainer.of(recurrent(), steps, 2)
                .loss(CrossEntropyLoss.membrane())
                .spikesOnly();
        return (online ? builder.online(EProp.random(1)) : builder).bytes();
    }

    @Test
    void feedbackGoesOnFromCheckpoints(@TempDir Path folder) throws Exception {
        Network whole = recurrent();
        try (Trainer trainer = shortTrainer(whole)) {
            run(trainer, 4, folder.resolve("whole"), false);
        }
        Network resumed = recurrent();
        try (Trainer trainer = shortTrainer(resumed)) {
            run(trainer, 2, folder.resolve("part"), false);
        }
        try (Trainer trainer = shortTrainer(resumed)) {
            run(trainer, 4, folder.resolve("part"), true);
        }
        assertEquals(whole.weights().hash(), resumed.weights().hash());
    }

    private static Trainer shortTrainer(Network network) {
        return Trainer.of(network, 120, 4)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(0.01))
                .online(EProp.adaptive(2))
                .build();
    }

    private static void run(Trainer trainer, int epochs, Path file, boolean resumes) throws Exception {
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), 8, INPUTS, new Random(1));
        for (int i = 0; i < 8 * INPUTS; i++) {
            values.set(i / INPUTS, i % INPUTS, Math.abs(values.get(i / INPUTS, i % INPUTS)) % 1);
        }
        Dataset data = Dataset.of(Shape.of(INPUTS), values, new int[] {0, 1, 2, 0, 1, 2, 0, 1}, CLASSES);
        Batching batching = new Batching(4).withShuffle(1).withCode(InputEncoding.rate(new Rate(), 120));
        var builder = TrainingRun.of(trainer, data, batching).epochs(epochs).checkpoint(file);
        (resumes ? builder.resume() : builder).build().run();
    }

    private static void refused(String expected, TrainerBuilder builder) {
        Exception thrown = assertThrows(Exception.class, builder::build);
        assertTrue(String.valueOf(thrown.getMessage()).contains(expected), thrown.getMessage());
    }

    @Test
    void refusesByName() {
        EProp symmetric = EProp.symmetric();
        refused(
                "population 'lif1' has no projection to a readout of [lif3]",
                trainer(recurrent()).online(symmetric));
        refused("dropouts of [fc2]", trainer(layers()).online(symmetric).dropout("fc2", 0.5));
        refused(
                "observed gradients of [lif1]",
                trainer(layers()).online(symmetric).observeSpikes("lif1").onGradients((loss, gradients) -> true));
        refused(
                "'lif1.beta' is a parameter",
                trainer(layers()).online(symmetric).learn("lif1.beta"));
        refused("windows of 10 steps", trainer(layers()).online(symmetric).truncateEvery(10));
        refused(
                "ce_count_loss of lif2' is no sum",
                trainer(layers()).online(symmetric).loss(CrossEntropyLoss.count()));
        refused(
                "ce_rate_loss of lif2' reads spikes",
                trainer(layers()).online(symmetric).loss(CrossEntropyLoss.rate()));
        refused(
                "projection 'lif1.recurrent' would take online gradients back through a delay",
                throughTime(recurrent()));
        TorchRandom random = new TorchRandom(1);
        refused(
                "population 'lif2' is a readout",
                trainer(Networks.of(random, INPUTS, dense(20, new Leaky(0.9)), dense(CLASSES, new Synaptic(0.8, 0.9))))
                        .online(symmetric));
        refused(
                "projection 'conv1' is",
                trainer(Networks.of(random, Shape.of(1, 3, 3), maps(4, 2, new Leaky(0.9)), flat(CLASSES, readout())))
                        .online(EProp.throughTime()));
    }

    private static TrainerBuilder throughTime(Network network) {
        return Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Sgd(0.1))
                .online(EProp.throughTime());
    }
}
