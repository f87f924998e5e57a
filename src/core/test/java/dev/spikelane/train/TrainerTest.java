package dev.spikelane.train;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Training changes weights equally with all variants, learns, and refuses models without gradients. */
@EveryWidth
class TrainerTest {

    static final int STEPS = 10;
    static final int BATCH = 13;
    private static final int INPUTS = 20;
    private static final int CLASSES = 3;

    /** All kinds of populations, with a loop and a delay. */
    static Network network() {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Population a = builder.population("a", Shape.of(70), new Leaky(0.9).withThreshold(0.3));
        Population b = builder.population("b", Shape.of(40), new Synaptic(0.8, 0.7).withThreshold(0.4));
        FloatMatrix weights = FloatMatrix.zeros(24, 24);
        random.linear(weights, FloatMatrix.zeros(1, 24));
        Recurrence all = Recurrence.allToAll(weights, FloatMatrix.zeros(1, 24));
        Population c = builder.population("c", Shape.of(24), new RLeaky(all, 0.8).withThreshold(0.3));
        Population d = builder.population("d", Shape.of(CLASSES), new Leaky(0.9).withThreshold(0.5));
        builder.project("x-a", x, a, Dense.linear(INPUTS, 70, random));
        builder.project("a-b", a, b, Dense.linear(70, 40, random));
        builder.project("x-c", x, c, Dense.linear(INPUTS, 24, random)).delay(2);
        builder.project("b-c", b, c, Dense.linear(40, 24, random));
        builder.project("c-b", c, b, Dense.linear(24, 40, random)).delay(3);
        builder.project("c-d", c, d, Dense.linear(24, CLASSES, random));
        builder.project("b-d", b, d, Dense.linear(40, CLASSES, random));
        return builder.build();
    }

    static TrainingBatch batch(int number) {
        Random random = new Random(number);
        Signal input = number % 2 == 0
                ? Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.3, random)
                : Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, INPUTS, random);
        return TrainingBatch.of(input, labels(random));
    }

    private static int[] labels(Random random) {
        int[] labels = new int[BATCH];
        Arrays.setAll(labels, i -> random.nextInt(CLASSES));
        return labels;
    }

    private static long hashAfter(int count, UnaryOperator<TrainerBuilder> wish) {
        Network network = network();
        try (Trainer trainer = wish.apply(Trainer.of(network, STEPS, BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .learn("a.beta", "b.alpha", "c.threshold")
                        .optimizer(new Adam(0.01)))
                .build()) {
            for (int i = 0; i < count; i++) {
                trainer.step(batch(i % 4));
            }
        }
        return network.weights().hash();
    }

    @Test
    void weightsDoNotDependOnThreadsAndRecomputation() {
        long expected = hashAfter(20, trainer -> trainer);
        assertEquals(expected, hashAfter(20, trainer -> trainer.threads(2)));
        assertEquals(expected, hashAfter(20, trainer -> trainer.threads(3).recomputeEvery(1)));
        assertEquals(expected, hashAfter(20, trainer -> trainer.recomputeEvery(4)));
        assertEquals(expected, hashAfter(20, trainer -> trainer.shards(1)));
        assertNotEquals(expected, hashAfter(19, trainer -> trainer));
        assertEquals(9150080598603444808L, expected, "which is the same at all widths");
    }

    @Test
    void shardsAreAPartOfTheRecipe() {
        long expected = hashAfter(20, trainer -> trainer.shards(4));
        assertEquals(expected, hashAfter(20, trainer -> trainer.shards(4).threads(2)));
        assertEquals(expected, hashAfter(20, trainer -> trainer.shards(4).recomputeEvery(3)));
    }

    @Test
    void windowsOfAllStepsAreTheWholeRun() {
        assertEquals(hashAfter(3, trainer -> trainer), hashAfter(3, trainer -> trainer.truncateEvery(STEPS)));
        long truncated = hashAfter(3, trainer -> trainer.truncateEvery(4));
        assertEquals(truncated, hashAfter(3, trainer -> trainer.truncateEvery(4).recomputeEvery(3)));
        assertEquals(
                hashAfter(3, trainer -> trainer.truncateEvery(4).shards(3)),
                hashAfter(3, trainer -> trainer.truncateEvery(4).shards(3).threads(2)));
    }

    /** Added gradients of shards equal those of the whole batch up to rounding: the loss has the batch's divisor. */
    @Test
    void shardsSumToTheBatch() {
        Network whole = network();
        Network parts = network();
        double first = once(whole, 1);
        assertEquals(first, once(parts, 5), 1e-12 * Math.abs(first));
        for (String name : whole.weights().names()) {
            float[] expected = whole.weights().get(name).toArray();
            assertArrayEquals(expected, parts.weights().get(name).toArray(), 2e-5f, name);
        }
    }

    private static double once(Network network, int shards) {
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.rate())
                .shards(shards)
                .optimizer(new Sgd(1))
                .build()) {
            return trainer.step(batch(0));
        }
    }

    /** The system may give the memory of a closed frame to the trainer, which must not take it for that frame. */
    @Test
    void aFrameAtTheAddressOfAClosedOneIsListedAgain() {
        long kept = weightsAfterFrames(false);
        for (int i = 0; i < 10; i++) {
            assertEquals(kept, weightsAfterFrames(true));
        }
    }

    private static long weightsAfterFrames(boolean closes) {
        Network network = Networks.of(
                new TorchRandom(5),
                INPUTS,
                dense(50, new Leaky(0.9).withThreshold(0.5)),
                dense(CLASSES, new Leaky(0.9)));
        int[] labels = labels(new Random(2));
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), BATCH, INPUTS, 0.3, new Random(3));
        try (Arena open = Arena.ofShared();
                Trainer trainer = Trainers.of(network, STEPS, BATCH, CrossEntropyLoss.membrane(), new Sgd(1))) {
            Arena arena = closes ? Arena.ofShared() : open;
            FloatMatrix zeros = FloatMatrix.zeros(arena, BATCH, INPUTS);
            trainer.step(TrainingBatch.ofFrame(zeros, labels));
            if (closes) {
                arena.close();
            }
            trainer.step(TrainingBatch.ofFrame(spikes, labels));
        }
        return network.weights().hash();
    }

    @Test
    void learnsAndChangesTheNetworkItself() {
        Network network = Networks.of(
                new TorchRandom(5),
                INPUTS,
                dense(50, new Leaky(0.9).withThreshold(0.5)),
                dense(CLASSES, new Leaky(0.9)));
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, INPUTS, new Random(1));
        int[] labels = labels(new Random(2));
        try (Trainer trainer = Trainers.of(network, STEPS, BATCH, CrossEntropyLoss.membrane(), new Adam(0.01))) {
            double first = trainer.step(TrainingBatch.ofFrame(frame, labels));
            double last = first;
            for (int i = 0; i < 150; i++) {
                last = trainer.step(TrainingBatch.ofFrame(frame, labels));
            }
            assertTrue(last < first / 4, "loss went from " + first + " to " + last);
        }
        try (Simulation simulation = network.simulate(BATCH)) {
            var membranes = simulation.recordMembranes(1, STEPS);
            simulation.runConstant(frame, STEPS);
            int right = 0;
            for (int sample = 0; sample < BATCH; sample++) {
                int best = 0;
                for (int i = 1; i < CLASSES; i++) {
                    best = sum(membranes.values(), sample, i) > sum(membranes.values(), sample, best) ? i : best;
                }
                right += best == labels[sample] ? 1 : 0;
            }
            assertTrue(right >= BATCH - 1, right + " right");
        }
    }

    private static double sum(FloatMatrix membranes, int sample, int neuron) {
        double sum = 0;
        for (int step = 0; step < STEPS; step++) {
            sum += membranes.get(step * BATCH + sample, neuron);
        }
        return sum;
    }

    /** A smaller last batch, then whole ones again. */
    @Test
    void smallerBatchesAreTaken() {
        Network network = network();
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.rate())
                .shards(4)
                .build()) {
            trainer.step(batch(0));
            SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * 3, INPUTS, 0.3, new Random(9));
            assertTrue(Double.isFinite(trainer.step(TrainingBatch.of(input, 0, 1, 2))));
            trainer.step(batch(1));
            SpikeMatrix tooMany = SpikeMatrix.zeros(STEPS * (BATCH + 1), INPUTS);
            assertInvalid(
                    "input has 140 rows, expected a multiple of 10 steps and at most 13 samples",
                    () -> trainer.step(TrainingBatch.of(tooMany, new int[BATCH + 1])));
        }
    }

    @Test
    void whatHasNoGradientIsRefusedWhenTheTrainerIsBuilt() {
        assertRefused("population 'p': a dropout has no gradient", new LeakyParallel(0.5).withDropout(0.5, 1), false);
        assertRefused(
                "projection 'x-p' is plastic and changes by itself, expected one that is learned",
                new Leaky(0.5),
                true);
    }

    private static void assertRefused(String message, Neuron neuron, boolean plastic) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(4));
        Population p = builder.population("p", Shape.of(4), neuron);
        builder.project("x-p", x, p, Dense.linear(4, 4, new TorchRandom(1)));
        if (plastic) {
            builder.plastic();
        }
        Network network = builder.build();
        assertInvalid(message, Trainer.of(network, 2, 1).loss(CrossEntropyLoss.rate())::build);
    }

    @Test
    void gradedOutputsAreRefusedByLossesOfSpikes() {
        Network network = chain(new Leaky(0.9).withGradedSpikesFactor(1.5));
        TrainerBuilder trainer = Trainer.of(network, 2, 1).loss(CrossEntropyLoss.rate());
        String message =
                "loss 'ce_rate_loss of p' would read the graded spikes of population 'p' as 1, expected one that reads membranes";
        assertInvalid(message, trainer::build);
        assertInvalid(message, trainer::bytes);
        TrainerBuilder ofMembranes = Trainer.of(network, 2, 1).loss(CrossEntropyLoss.membrane());
        ofMembranes.build().close();
        ofMembranes.loss(Loss.spikeRatePenalty(0.5), 2); // the message says which of the two
        assertInvalid(
                "loss '2.0 * SpikeRatePenalty[factor=0.5] of p' would read the graded spikes of population 'p' as 1,"
                        + " expected one that reads membranes",
                ofMembranes::build);
    }

    /** Except if spikes carry 1 for any factor. */
    @Test
    void factorsThatAreLearnedAreRefusedByLossesOfSpikes() {
        TrainerBuilder builder = Trainer.of(chain(new Leaky(0.9)), 2, 1).learn("p.gradedSpikesFactor");
        assertInvalid(
                "loss 'ce_rate_loss of p' would read the graded spikes of population 'p', whose factor is learned, as 1,"
                        + " expected one that reads membranes",
                () -> builder.loss(CrossEntropyLoss.rate()).build());
        Trainer.of(chain(new Leaky(0.9).withInhibition(true).withDelayedReset(false)), 2, 1)
                .learn("p.gradedSpikesFactor")
                .loss(CrossEntropyLoss.rate())
                .build()
                .close();
    }

    /** Like factors in the declaration of a network. */
    @Test
    void factorsThatSpikesGetLaterAreRefusedToo() {
        Network network = chain(new Leaky(0.9));
        FloatMatrix factor = FloatMatrix.zeros(1, 1);
        TrainerBuilder builder = Trainer.of(network, 2, 1).loss(CrossEntropyLoss.rate());
        int inputs = network.inputs().getFirst().shape().size();
        TrainingBatch batch = TrainingBatch.ofFrame(FloatMatrix.zeros(1, inputs), 0);
        String message = "loss 'ce_rate_loss of p' would read the graded spikes of population 'p' as 1, expected one"
                + " that reads membranes";
        try (Trainer trainer = builder.build()) {
            trainer.step(batch);
            factor.fill(2);
            network.weights().replace("p.gradedSpikesFactor", factor);
            assertInvalid(message, () -> trainer.step(batch));
            assertInvalid(message, builder::build);
            factor.fill(1);
            network.weights().replace("p.gradedSpikesFactor", factor);
            trainer.step(batch);
        }
    }

    @Test
    void everyModelWithoutGradientsSaysSoWhenTheTrainerIsBuilt() {
        assertRefused(
                new StateLeaky(0.9).withKernelTruncation(3), "population 'p': a truncated kernel has no gradient");
    }

    private static void assertRefused(Neuron neuron, String message) {
        TrainerBuilder trainer = Trainer.of(chain(neuron), 2, 1).loss(CrossEntropyLoss.membrane());
        assertInvalid(message, trainer::build);
    }

    private static Network chain(Neuron neuron) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(4));
        Population p = builder.population("p", Shape.of(4), neuron);
        builder.project("x-p", x, p, Dense.linear(4, 4, new TorchRandom(1)));
        return builder.build();
    }

    /** Batches that do not fit cause errors and change nothing. */
    @Test
    void wrongBatchesAreRefused() {
        Network network = network();
        long before = network.weights().hash();
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .build()) {
            SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * 3, INPUTS, 0.3, new Random(9));
            assertRefused("label 1 is 3, expected a class of [0, 3)", trainer, TrainingBatch.of(input, 0, 3, 1));
            assertRefused("label 2 is -1, expected a class of [0, 3)", trainer, TrainingBatch.of(input, 0, 1, -1));
            assertRefused("2 labels", trainer, TrainingBatch.of(input, 0, 1));
            assertRefused("4 labels", trainer, TrainingBatch.of(input, 0, 1, 2, 0));
            assertRefused(
                    "input has 31 rows", trainer, TrainingBatch.of(SpikeMatrix.zeros(STEPS * 3 + 1, INPUTS), 0, 1, 2));
            assertRefused(
                    "expected [30 x 20]", trainer, TrainingBatch.of(SpikeMatrix.zeros(STEPS * 3, INPUTS + 1), 0, 1, 2));
            FloatMatrix infinite = FloatMatrix.zeros(STEPS * 3, INPUTS);
            infinite.set(7, 5, Float.NaN);
            assertRefused("NaN", trainer, TrainingBatch.of(infinite, 0, 1, 2));
        }
        assertEquals(before, network.weights().hash());
    }

    /** Messages number samples and steps like the caller. */
    @Test
    void wrongLabelsAreNumberedInTheBatch() {
        int[] labels = new int[BATCH];
        labels[5] = 3;
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.3, new Random(9));
        TrainingBatch batch = TrainingBatch.of(input, labels);
        int[] ofSteps = new int[STEPS];
        ofSteps[STEPS - 2] = -1;
        for (int shards = 1; shards <= 3; shards++) {
            for (int window : new int[] {STEPS, 4}) {
                try (Trainer trainer = Trainer.of(network(), STEPS, BATCH)
                                .loss(CrossEntropyLoss.membrane())
                                .shards(shards)
                                .truncateEvery(window)
                                .build();
                        Trainer stepwise = ofSteps(SquaredErrorLoss.membrane().withStepLabels(), window, shards)) {
                    assertRefused("label 5 is 3, expected a class of [0, 3)", trainer, batch);
                    String ofStep = "label " + (STEPS - 2) + " is -1, expected a class of [0, 3)";
                    assertRefused(ofStep, stepwise, TrainingBatch.of(input, ofSteps));
                }
            }
        }
    }

    /** Labels of steps belong to the steps of each window, for any number of samples and shards. */
    @Test
    void labelsOfStepsAreOfTheirSteps() {
        for (int samples : new int[] {3, STEPS, BATCH}) {
            SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * samples, INPUTS, 0.3, new Random(9));
            for (int window : new int[] {STEPS, 4}) {
                double zeros = lossOfSteps(input, window, 1, new int[STEPS]);
                assertEquals(zeros, lossOfSteps(input, window, 3, new int[STEPS]), 1e-9 * zeros);
                for (int step = 0; step < STEPS; step++) {
                    int[] labels = new int[STEPS];
                    labels[step] = 1;
                    assertNotEquals(zeros, lossOfSteps(input, window, 1, labels), "label of step " + step);
                }
                try (Trainer trainer = ofSteps(SquaredErrorLoss.membrane(), window, 1)) {
                    assertEquals(zeros, trainer.step(TrainingBatch.of(input, new int[samples])), 1e-9 * zeros);
                }
            }
        }
    }

    private static double lossOfSteps(SpikeMatrix input, int window, int shards, int... labels) {
        try (Trainer trainer = ofSteps(SquaredErrorLoss.membrane().withStepLabels(), window, shards)) {
            return trainer.step(TrainingBatch.of(input, labels));
        }
    }

    private static Trainer ofSteps(Loss loss, int window, int shards) {
        return Trainer.of(network(), STEPS, BATCH)
                .loss(loss)
                .truncateEvery(window)
                .shards(shards)
                .optimizer(new Sgd(0))
                .build();
    }

    private static void assertRefused(String words, Trainer trainer, TrainingBatch batch) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> trainer.step(batch), words);
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    /** One sample in more shards than samples is training on this sample. */
    @Test
    void gradientsStoredForAnyReasonAreCounted() {
        long weights = 4L * (70 * INPUTS + 40 * 70 + 24 * INPUTS + 24 * 40 + 40 * 24 + CLASSES * (24 + 40));
        assertEquals(!SimdWidth.VECTOR, storedBytes(builder -> builder) >= weights);
        assertTrue(storedBytes(builder -> builder.recomputeEvery(3)) >= weights);
        assertTrue(storedBytes(builder -> builder.shards(2)) >= weights);
        assertTrue(storedBytes(builder -> builder.learn("a.beta")) > storedBytes(builder -> builder));
    }

    private static long storedBytes(UnaryOperator<TrainerBuilder> wish) {
        TrainerBuilder builder = Trainer.of(network(), STEPS, BATCH).loss(CrossEntropyLoss.membrane());
        try (Trainer trainer = wish.apply(builder).build()) {
            return trainer.storedBytes();
        }
    }

    @Test
    void learnedParametersAreThoseOfTheNetwork() {
        String[] learned = {"a.beta", "a.threshold", "b.alpha", "c.beta", "d.threshold"};
        float[] betas = new float[70];
        Arrays.fill(betas, 0.9f);
        Network network = network();
        Network copy = network();
        network.weights().replace("a.beta", FloatMatrix.of(new float[][] {betas}));
        try (Trainer trainer = learning(network, learned)) {
            for (int step = 0; step < 4; step++) {
                trainer.step(batch(step));
                if (step == 1) {
                    assertNotEquals(0.9f, network.weights().get("a.beta").get(0, 69));
                }
            }
            for (String name : network.weights().names()) {
                copy.weights().replace(name, network.weights().get(name));
            }
            SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.3, new Random(9));
            assertArrayEquals(membranes(copy, input), membranes(network, input));
            try (Trainer other = learning(copy, learned)) {
                for (int step = 0; step < 4; step++) {
                    assertEquals(other.step(batch(step)), trainer.step(batch(step)));
                    assertEquals(copy.weights().hash(), network.weights().hash());
                }
            }
        }
    }

    /** If a step moves a parameter out of its model's range, the error names both, and the population. */
    @Test
    void parametersThatTheirModelRefusesAreNamed() {
        assertRefuses(new Alpha(0.9, 0.899).withThreshold(0.3), "alpha", "expected more than its beta");
        assertRefuses(new Alpha(0.9, 0.899).withThreshold(0.3), "beta", "expected more than its beta");
        assertRefuses(new StateLeaky(0.99).withThreshold(0.3), "beta", "expected a finite number, at most 1");
    }

    private static void assertRefuses(Neuron model, String parameter, String reason) {
        Network network = Networks.of(new TorchRandom(3), INPUTS, dense(10, model), dense(CLASSES, new Leaky(0.9)));
        try (Trainer trainer = learning(network, "lif1." + parameter)) {
            IllegalStateException refused = assertThrows(IllegalStateException.class, () -> {
                for (int i = 0; i < 200; i++) {
                    trainer.step(batch(i % 4));
                }
            });
            String message = refused.getMessage();
            assertTrue(
                    message.startsWith("population 'lif1' does not take its " + parameter + " after update "), message);
            assertTrue(message.contains(reason) && message.contains("a lower learning rate"), message);
        }
    }

    private static Trainer learning(Network network, String... learned) {
        return Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Sgd(0.5))
                .learn(learned)
                .build();
    }

    private static float[] membranes(Network network, Signal input) {
        try (Simulation simulation = network.simulate(BATCH)) {
            simulation.run(input);
            return simulation.state("d").membrane().toArray();
        }
    }

    @Test
    void batchesOfOneSampleAreTaken() {
        Network small = network();
        Network large = network();
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS, INPUTS, 0.3, new Random(9));
        for (int i = 0; i < 2; i++) {
            double expected = stepOnce(small, 1, 1, TrainingBatch.of(input, 2));
            assertEquals(expected, stepOnce(large, BATCH, 4, TrainingBatch.of(input, 2)));
        }
        assertEquals(small.weights().hash(), large.weights().hash());
    }

    private static double stepOnce(Network network, int batch, int shards, TrainingBatch of) {
        try (Trainer trainer = Trainer.of(network, STEPS, batch)
                .loss(CrossEntropyLoss.membrane())
                .shards(shards)
                .build()) {
            return trainer.step(of);
        }
    }

    @Test
    void valuesWithoutGradientsAreRefused() {
        TrainerBuilder trainer = Trainer.of(network(), 2, 1);
        assertStart("'a.betta' is no value of the network, expected one of [", () -> trainer.learn("a.betta"));
    }
}
