package dev.spikelane.train;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training with a sum of losses of several populations. */
@EveryWidth
class SeveralLossesTest {

    private static final int STEPS = 8;
    private static final int BATCH = 11;
    private static final int INPUTS = 20;
    private static final int HIDDEN = 70;
    private static final int CLASSES = 4;
    private static final double LAMBDA = 3e-3;

    private static Network network() {
        return Networks.of(
                new TorchRandom(3),
                INPUTS,
                dense(HIDDEN, new Leaky(0.9).withThreshold(0.3)),
                dense(CLASSES, new Leaky(0.8).withThreshold(0.4)));
    }

    private static TrainingBatch batch(int number) {
        Random random = new Random(number);
        int[] labels = new int[BATCH];
        Arrays.setAll(labels, i -> random.nextInt(CLASSES));
        return TrainingBatch.of(Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.3, random), labels);
    }

    private static TrainerBuilder trainer(Network network) {
        return Trainer.of(network, STEPS, BATCH).optimizer(new Sgd(0.1));
    }

    private static TrainerBuilder both(Network network) {
        return trainer(network).loss(CrossEntropyLoss.rate()).loss("lif1", Loss.spikeRatePenalty(LAMBDA));
    }

    private static long hashAfter(UnaryOperator<TrainerBuilder> wish) {
        Network network = network();
        try (Trainer trainer = wish.apply(both(network)).build()) {
            for (int i = 0; i < 5; i++) {
                trainer.step(batch(i));
            }
        }
        return network.weights().hash();
    }

    /** Of several wrong labels the first is named: in the order of losses, then of samples, for any threads. */
    @Test
    void theFirstWrongLabelIsNamed() {
        int[] labels = new int[BATCH];
        labels[1] = CLASSES;
        labels[7] = HIDDEN + 1;
        labels[9] = HIDDEN;
        TrainingBatch wrong =
                TrainingBatch.of(Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.3, new Random(1)), labels);
        for (int threads = 1; threads <= 3; threads++) {
            try (Trainer trainer = trainer(network())
                    .loss("lif1", CrossEntropyLoss.rate())
                    .loss(CrossEntropyLoss.membrane())
                    .threads(threads)
                    .build()) {
                IllegalArgumentException refused =
                        assertThrows(IllegalArgumentException.class, () -> trainer.step(wrong));
                assertEquals("label 7 is 71, expected a class of [0, 70)", refused.getMessage(), threads + " threads");
            }
        }
    }

    /** Gradients equal those of both losses together bit for bit, and the value is their sum. */
    @Test
    void gradientsComeFromBoth() {
        Network network = network();
        TrainingBatch batch = batch(1);
        double expected = 0;
        FloatMatrix[] wanted = new FloatMatrix[2];
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                .startAtSpikes("lif1")
                .startAtSpikes("lif2")
                .build()) {
            gradients.forward(batch.input("", true));
            expected += evaluate(CrossEntropyLoss.rate(), gradients, "lif2", CLASSES, batch.labels());
            expected += evaluate(Loss.spikeRatePenalty(LAMBDA), gradients, "lif1", HIDDEN);
            gradients.backward();
            wanted[0] = gradients.gradient("fc1.weight");
            wanted[1] = gradients.gradient("fc2.weight");
        }
        FloatMatrix[] found = new FloatMatrix[2];
        try (Trainer trainer = both(network)
                .onGradients((loss, gradients) -> {
                    found[0] = gradients.apply("fc1.weight");
                    found[1] = gradients.apply("fc2.weight");
                    return true;
                })
                .build()) {
            assertEquals(expected, trainer.step(batch), 1e-12 * expected);
        }
        Matrices.assertSameBits(wanted[0], found[0], "fc1.weight");
        Matrices.assertSameBits(wanted[1], found[1], "fc2.weight");
    }

    private static double evaluate(Loss loss, Gradients gradients, String population, int outputs, int... labels) {
        Loss.Input input = new Loss.Input(STEPS, BATCH, outputs)
                .setSpikes(gradients.spikes(population))
                .setLabels(labels);
        input.setDivisor(loss.divisor(input));
        Loss.Gradient into = Loss.Gradient.ofSpikes(gradients.given(population));
        return loss.bind(STEPS, BATCH, outputs).evaluate(input, into, new double[BATCH]);
    }

    @Test
    void bitsDoNotDependOnWhatServesThem() {
        long expected = hashAfter(trainer -> trainer);
        assertEquals(expected, hashAfter(trainer -> trainer.threads(2)));
        assertEquals(expected, hashAfter(trainer -> trainer.threads(3).recomputeEvery(3)));
        assertEquals(expected, hashAfter(trainer -> trainer.onGradients((loss, gradients) -> true)));
        long shards = hashAfter(trainer -> trainer.shards(4));
        assertEquals(shards, hashAfter(trainer -> trainer.shards(4).threads(2)));
        long windows = hashAfter(trainer -> trainer.truncateEvery(3).shards(2));
        assertEquals(
                windows, hashAfter(trainer -> trainer.truncateEvery(3).shards(2).threads(2)));
        assertEquals(3, List.of(expected, shards, windows).stream().distinct().count());
    }

    @Test
    void fusedTrainingStaysFused() {
        try (Trainer one = trainer(network()).loss(CrossEntropyLoss.rate()).build();
                Trainer two = both(network()).build()) {
            assertEquals(one.storedBytes(), two.storedBytes());
        }
    }

    @Test
    void penaltiesMakeHiddenSpikesRare() {
        assertTrue(spikesAfter(5e-2) < spikesAfter(0) / 2, spikesAfter(5e-2) + " of " + spikesAfter(0));
    }

    private static long spikesAfter(double factor) {
        Network network = network();
        try (Trainer trainer = trainer(network)
                .loss(CrossEntropyLoss.rate())
                .loss("lif1", Loss.spikeRatePenalty(factor))
                .build()) {
            for (int i = 0; i < 15; i++) {
                trainer.step(batch(i));
            }
        }
        try (var simulation = network.simulate(BATCH)) {
            var hidden = simulation.recordSpikes("lif1", STEPS);
            simulation.run(batch(1).input("", true));
            return hidden.spikes().count();
        }
    }

    @Test
    void weightsMultiply() {
        long expected = hashAfter(trainer -> trainer.loss("lif2", Loss.spikeRatePenalty(0.25)));
        assertEquals(expected, hashAfter(trainer -> trainer.loss("lif2", Loss.spikeRatePenalty(1), 0.25)));
        assertEquals(expected, hashAfter(trainer -> trainer.loss(Loss.spikeRatePenalty(1), 0.25)));
        assertNotEquals(expected, hashAfter(trainer -> trainer.loss("lif2", Loss.spikeRatePenalty(1))));
        for (double weight : new double[] {0, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertInvalid(
                    "weight is " + weight + ", expected a finite number other than 0",
                    () -> both(network()).loss("lif1", Loss.spikeRatePenalty(1), weight));
        }
    }

    /** Losses of one population's spikes add their gradients in order. */
    @Test
    void lossesOfOnePopulationAdd() {
        UnaryOperator<TrainerBuilder> more = trainer -> trainer.loss("lif1", Loss.spikeRatePenalty(LAMBDA));
        long twice = hashAfter(more);
        Network network = network();
        try (Trainer trainer = trainer(network)
                .loss(CrossEntropyLoss.rate())
                .loss("lif1", Loss.spikeRatePenalty(2 * LAMBDA))
                .build()) {
            for (int i = 0; i < 5; i++) {
                trainer.step(batch(i));
            }
        }
        assertEquals(network.weights().hash(), twice);
        assertEquals(twice, hashAfter(trainer -> more.apply(trainer).threads(2)));
        long memory = both(network).bytes();
        assertEquals(
                FloatMatrix.zeros(STEPS * BATCH, HIDDEN).segment().byteSize(),
                more.apply(both(network)).bytes() - memory);
    }

    /** Spikes of maps are read in torch's order, again in each step. */
    @Test
    void mapsAreSeenInTorchsOrder() {
        Shape maps = Shape.of(2, 3, 2);
        double[] flat = lossesOf(Shape.of(maps.size()));
        assertEquals(Arrays.toString(flat), Arrays.toString(lossesOf(maps)));
        assertNotEquals(flat[0], flat[2]);
    }

    private static double[] lossesOf(Shape shape) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        Population p = builder.population("p", shape, new Leaky(0.8).withThreshold(0.3));
        builder.project(
                "x-p",
                x,
                p,
                new OneToOne(new TorchRandom(7).rand(1, shape.size()).toArray()));
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, shape.size(), 0.6, new Random(5));
        int[] labels = new Random(6).ints(BATCH, 0, shape.size()).toArray();
        double[] losses = new double[3];
        FloatMatrix targets = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, shape.size(), new Random(4));
        try (Trainer trainer = Trainer.of(builder.build(), STEPS, BATCH)
                .optimizer(new Sgd(0.5))
                .loss(SquaredErrorLoss.membraneTargets())
                .loss(SquaredErrorLoss.membraneTargets())
                .loss("p", CrossEntropyLoss.rate())
                .build()) {
            for (int i = 0; i < losses.length; i++) {
                losses[i] = trainer.step(new TrainingBatch(Map.of("x", input), false, labels, targets, null));
            }
        }
        return losses;
    }

    @Test
    void allAreSaid(@TempDir Path folder) throws IOException {
        String both = "ce_rate_loss of lif2 + SpikeRatePenalty[factor=0.003] of lif1";
        try (Trainer trainer = both(network()).build()) {
            assertTrue(trainer.toString().startsWith("Trainer of " + both + " by Sgd"), trainer.toString());
        }
        Path file = folder.resolve("run");
        try (Trainer trainer = both(network()).build()) {
            run(trainer).checkpoint(file).build().run();
        }
        try (Trainer other = trainer(network()).loss(CrossEntropyLoss.rate()).build()) {
            TrainingRunBuilder resumed = run(other).checkpoint(file).resume();
            assertPart(IOException.class, "'" + both + "'", resumed::build);
        }
    }

    /** Validation computes this sum too. */
    @Test
    void validationAddsThem() throws IOException {
        try (Trainer trainer = both(network()).optimizer(new Sgd(0)).build()) {
            TrainingRun run = run(trainer).validate(data()).build().run();
            EpochResult result = run.history().getFirst();
            assertEquals(result.loss(), result.validationLoss(), 1e-9);
            assertEquals(result.accuracy(), result.validationAccuracy());
            assertTrue(result.accuracy() > 0);
        }
    }

    private static Dataset data() {
        int[] labels = new int[BATCH];
        Arrays.setAll(labels, i -> i % CLASSES);
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), BATCH, INPUTS, new Random(1));
        return Dataset.of(Shape.of(INPUTS), values, labels, CLASSES);
    }

    private static TrainingRunBuilder run(Trainer trainer) {
        return TrainingRun.of(trainer, data(), new Batching(BATCH));
    }

    /** Each loss of a population reads targets in its form, in validation too. */
    @Test
    void aPopulationMayHaveTargetsOfStepsAndAnotherLoss() throws IOException {
        TorchRandom random = new TorchRandom(3);
        FloatMatrix values = random.rand(BATCH, STEPS * INPUTS);
        FloatMatrix targets = random.rand(BATCH, STEPS * CLASSES);
        Dataset data = Dataset.ofTargets(Shape.of(STEPS * INPUTS), values, targets);
        Batching batching = new Batching(BATCH).withCode(InputEncoding.pieces(STEPS));
        try (Trainer trainer = trainer(network())
                .optimizer(new Sgd(0))
                .recomputeEvery(3)
                .loss(SquaredErrorLoss.membraneTargets())
                .loss("lif2", Loss.spikeRatePenalty(LAMBDA))
                .build()) {
            EpochResult epoch = TrainingRun.of(trainer, data, batching)
                    .validate(data)
                    .build()
                    .run()
                    .history()
                    .getFirst();
            assertEquals(epoch.loss(), epoch.validationLoss(), 1e-6);
            assertTrue(epoch.spikeRate("lif1") > 0);
        }
    }

    @Test
    void targetsThatAreNoNumbersAreNamed() throws IOException {
        TorchRandom random = new TorchRandom(3);
        FloatMatrix targets = random.rand(BATCH, CLASSES);
        targets.set(2, 3, Float.NaN);
        Dataset data = Dataset.ofTargets(Shape.of(STEPS * INPUTS), random.rand(BATCH, STEPS * INPUTS), targets);
        try (Trainer trainer =
                trainer(network()).loss(SquaredErrorLoss.membraneTargets()).build()) {
            TrainingRun run = TrainingRun.of(trainer, data, new Batching(BATCH).withCode(InputEncoding.pieces(STEPS)))
                    .build();
            assertPart(
                    IllegalStateException.class, "targets of population 'lif2' has NaN at row 2, column 3", run::run);
        }
    }

    /** Labels of a loader belong to samples; they were taken for labels of steps if a batch has as many. */
    @Test
    void runsHaveNoLabelsOfSteps() {
        TorchRandom random = new TorchRandom(3);
        Dataset data =
                Dataset.of(Shape.of(STEPS * INPUTS), random.rand(BATCH, STEPS * INPUTS), new int[BATCH], CLASSES);
        try (Trainer trainer = trainer(network())
                .loss(SquaredErrorLoss.membrane().withStepLabels())
                .build()) {
            TrainingRunBuilder run =
                    TrainingRun.of(trainer, data, new Batching(BATCH).withCode(InputEncoding.pieces(STEPS)));
            assertThrows(IllegalArgumentException.class, run::build);
        }
    }
}
