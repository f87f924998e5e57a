package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Shards of a batch may be given one by one, or computed elsewhere. */
@EveryWidth
class ShardGradientsTest {

    private static final int STEPS = 5;
    private static final int BATCH = 8;
    private static final Shape MAPS = Shape.of(2, 3, 2);
    private static final int CLASSES = 4;
    private static final int[] LABELS = {0, 1, 2, 3, 0, 1, 1, 1};

    /** Maps, whose inner order is not torch's. */
    private static Network network() {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", MAPS);
        Population maps = builder.population("maps", MAPS, new Leaky(0.9).withThreshold(0.3));
        Population out = builder.population("out", Shape.of(CLASSES), new Leaky(0.8).withThreshold(0.4));
        builder.project("one", x, maps, new OneToOne(random.rand(1, MAPS.size()).toArray()));
        builder.project("dense", maps, out, new Flatten(), Dense.linear(MAPS.size(), CLASSES, random));
        return builder.build();
    }

    private static SpikeMatrix input() {
        return Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, MAPS.size(), 0.5, new Random(1));
    }

    private static TrainingBatch batch() {
        return TrainingBatch.of(input(), LABELS);
    }

    /** Two samples each. */
    private static List<TrainingBatch> parts(boolean targets) {
        List<TrainingBatch> parts = new ArrayList<>();
        for (int part = 0; part < 4; part++) {
            int[] rows = new int[STEPS * 2];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = i / 2 * BATCH + part * 2 + i % 2;
            }
            int[] labels = {LABELS[part * 2], LABELS[part * 2 + 1]};
            FloatMatrix wanted = targets ? targets().gather(rows) : null;
            parts.add(new TrainingBatch(Map.of("x", input().gather(rows)), false, labels, wanted, null));
        }
        return parts;
    }

    private static FloatMatrix targets() {
        return Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, CLASSES, new Random(2));
    }

    private static TrainerBuilder trainer(Network network) {
        return Trainer.of(network, STEPS, BATCH)
                .learn("maps.beta", "out.threshold")
                .optimizer(new Sgd(0.3).withMomentum(0.9))
                .shards(4);
    }

    /** Class weights make a divisor that only the whole batch has. */
    private static final Loss WEIGHTED = CrossEntropyLoss.membrane().withWeights(1, 2, 0.5f, 3);

    @Test
    void partsHaveTheDivisorOfTheWholeBatch() {
        assertSame(false, trainer -> trainer.loss(WEIGHTED));
        assertSame(false, trainer -> trainer.loss(WEIGHTED).truncateEvery(2));
        assertSame(true, trainer -> trainer.loss(SquaredErrorLoss.membraneTargets()));
        assertSame(true, trainer -> trainer.loss(new OfTargets()));
    }

    private static void assertSame(boolean targets, UnaryOperator<TrainerBuilder> wish) {
        Network whole = network();
        Network apart = network();
        try (Trainer one = wish.apply(trainer(whole)).build();
                Trainer other = wish.apply(trainer(apart)).build()) {
            for (int i = 0; i < 3; i++) {
                TrainingBatch batch =
                        new TrainingBatch(Map.of("x", input()), false, LABELS, targets ? targets() : null, null);
                assertEquals(one.step(batch), other.step(parts(targets)));
            }
        }
        assertNotEquals(network().weights().hash(), apart.weights().hash());
        assertEquals(whole.weights().hash(), apart.weights().hash());
    }

    /** A loss whose divisor depends on all targets. */
    private record OfTargets() implements Loss {

        @Override
        public String name() {
            return "of_targets";
        }

        @Override
        public boolean readsSpikes() {
            return false;
        }

        @Override
        public boolean readsMembranes() {
            return true;
        }

        @Override
        public double divisor(Loss.Input input) {
            double sum = 0;
            for (int row = 0; row < input.targets().rows(); row++) {
                sum += Math.abs(input.targets().get(row, 0)) * (row + 1);
            }
            return sum;
        }

        @Override
        public Loss.Computation bind(int steps, int batch, int outputs) {
            Loss.Computation squares = SquaredErrorLoss.membraneTargets().bind(steps, batch, outputs);
            return squares::evaluate;
        }
    }

    /** Gradients of maps are exchanged in torch's order. */
    @Test
    void shardsOfElsewhereAreThoseOfTheStep() {
        Network whole = network();
        Network apart = network();
        double[] seen = new double[2];
        try (Trainer one = trainer(whole).loss(WEIGHTED).clipNorm(0.1).build();
                Trainer other = trainer(apart)
                        .loss(WEIGHTED)
                        .clipNorm(0.1)
                        .onLoss(loss -> seen[0] = loss)
                        .onGradients((loss, gradients) -> {
                            seen[1] = 0;
                            for (float gradient :
                                    gradients.apply("dense.weight").toArray()) {
                                seen[1] += gradient * gradient;
                            }
                            return true;
                        })
                        .build()) {
            for (int i = 0; i < 3; i++) {
                List<ShardGradients> shards = new ArrayList<>();
                long before = apart.weights().hash();
                for (int shard = 3; shard >= 0; shard--) {
                    shards.addFirst(i == 1 ? other.gradients(parts(false), shard) : other.gradients(batch(), shard));
                }
                assertEquals(before, apart.weights().hash());
                double expected = one.step(batch());
                assertEquals(expected, other.update(shards));
                assertEquals(expected, seen[0]);
                assertTrue(seen[1] > 0 && seen[1] <= 0.1 * 0.1, "what observers see is limited: " + seen[1]);
                assertEquals(one.right(), other.right());
            }
        }
        assertEquals(whole.weights().hash(), apart.weights().hash());
    }

    @Test
    void whatIsNoShardIsRefused() {
        try (Trainer trainer = trainer(network()).loss(WEIGHTED).build();
                Trainer one = trainer(network()).loss(WEIGHTED).shards(1).build()) {
            List<TrainingBatch> parts = parts(false);
            parts.add(parts.getFirst());
            assertInvalid("there are 5 parts, expected 1 to 4, the trainer's shards", () -> trainer.step(parts));
            assertInvalid("there are 0 parts, expected 1 to 4, the trainer's shards", () -> trainer.step(List.of()));
            assertInvalid(
                    "input has 40 rows, expected a multiple of 5 steps and at most 2 samples",
                    () -> trainer.step(List.of(batch())));
            assertInvalid("shard is 4, expected 0 to 3", () -> trainer.gradients(batch(), 4));
            parts.removeLast();
            parts.get(2).labels()[1] = CLASSES;
            assertInvalid("label 5 is 4, expected a class of [0, 4)", () -> trainer.gradients(parts, 2));
            ShardGradients first = trainer.gradients(batch(), 0);
            assertInvalid(
                    "shard 0 of 4 is in place 0 of 1, expected all shards of a batch in ascending order",
                    () -> trainer.update(List.of(first)));
            ShardGradients alone = new ShardGradients(0, 1, 2, Map.of(), new double[2], 0, new long[2]);
            assertInvalid(
                    "shard 0 has no gradient of 'one.weight', expected one of each learned value",
                    () -> trainer.update(List.of(alone)));
            first.gradients().get("one.weight").set(0, 3, Float.NaN);
            ShardGradients bad = new ShardGradients(0, 1, 2, first.gradients(), first.terms(), 0, first.spikes());
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.update(List.of(bad)))
                    .getMessage()
                    .contains("gradient of 'one.weight' of shard 0"));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new ShardGradients(2, 2, 1, Map.of(), new double[1], 0, new long[2]));
            assertIllegalState(
                    "the trainer has 1 shards and windows of 5 of 5 steps, expected several shards and a window of all"
                            + " steps",
                    () -> one.gradients(batch(), 0));
        }
    }

    /** A lost term, or a shard of another batch, would silently change the loss. */
    @Test
    void shardsOfFewerTermsThanSamplesAreRefused() {
        try (Trainer trainer = trainer(network()).loss(WEIGHTED).build()) {
            List<ShardGradients> shards = new ArrayList<>();
            for (int shard = 0; shard < 4; shard++) {
                shards.add(trainer.gradients(batch(), shard));
            }
            assertEquals(BATCH, shards.getFirst().samples());
            long before = trainer.network().weights().hash();
            ShardGradients third = shards.get(2);
            shards.set(2, with(third, BATCH, third.terms()[0]));
            assertInvalid(
                    "the shards have 7 terms, expected 8, one for each sample of the batch",
                    () -> trainer.update(shards));
            shards.set(2, with(third, BATCH, 1, 2, 3));
            assertInvalid(
                    "the shards have 9 terms, expected 8, one for each sample of the batch",
                    () -> trainer.update(shards));
            shards.set(2, with(third, 7, third.terms()));
            assertInvalid(
                    "shard 2 is of a batch of 7 samples, shard 0 of one of 8, expected shards of the same batch",
                    () -> trainer.update(shards));
            assertInvalid(
                    "shard 2 has 0 terms, expected 1 to 8, one for each of its samples", () -> with(third, BATCH));
            assertInvalid(
                    "shard 2 has 3 terms, expected 1 to 2, one for each of its samples", () -> with(third, 2, 1, 2, 3));
            assertEquals(before, trainer.network().weights().hash());
            shards.set(2, third);
            trainer.update(shards);
            assertNotEquals(before, trainer.network().weights().hash());
        }
    }

    private static ShardGradients with(ShardGradients of, int samples, double... terms) {
        return new ShardGradients(of.shard(), of.shards(), samples, of.gradients(), terms, of.right(), of.spikes());
    }

    /** Memory for parts of a batch is reused, even for other shapes. */
    @Test
    void shardsTakeTargetsOfAnyShape() {
        FloatMatrix[] targets = {targets().rows(0, BATCH), targets(), targets().rows(0, BATCH)};
        try (Trainer whole = trainer(network())
                        .shards(1)
                        .loss(SquaredErrorLoss.membraneTargets())
                        .optimizer(new Sgd(0))
                        .build();
                Trainer apart = trainer(network())
                        .loss(SquaredErrorLoss.membraneTargets())
                        .optimizer(new Sgd(0))
                        .build()) {
            for (FloatMatrix each : targets) {
                assertEquals(
                        whole.step(TrainingBatch.withTargets(input(), each)),
                        apart.step(TrainingBatch.withTargets(input(), each)),
                        1e-12);
            }
            String expected = "expected [8 x 4] or [8 x 20] or [40 x 4]";
            assertInvalid( // and does not read the targets of the batch before
                    "mse_membrane_loss of population 'out' reads targets, found none, " + expected,
                    () -> apart.step(batch()));
            assertInvalid(
                    "targets for mse_membrane_loss of population 'out' are [9 x 4], " + expected,
                    () -> apart.step(
                            TrainingBatch.withTargets(input(), targets().rows(0, 9))));
            assertInvalid(
                    "targets for mse_membrane_loss of population 'out' are [8 x 5], " + expected,
                    () -> apart.step(TrainingBatch.withTargets(input(), FloatMatrix.zeros(BATCH, 5))));
            assertInvalid(
                    "input 'x' is [40 x 70], expected [40 x 12]",
                    () -> apart.step(TrainingBatch.withTargets(SpikeMatrix.zeros(STEPS * BATCH, 70), targets())));
            List<TrainingBatch> mixed = parts(true);
            mixed.set(2, parts(false).get(2));
            assertInvalid("part 2 has no targets, part 0 has, expected all or none", () -> apart.step(mixed));
            mixed.set(0, parts(false).getFirst());
            assertInvalid("part 0 has no targets, part 1 has, expected all or none", () -> apart.step(mixed));
        }
    }

    /** Targets of several spikes are blocks of rows, of which a shard gets its part. */
    @Test
    void shardsTakeTargetsOfSeveralSpikes() {
        FloatMatrix times = FloatMatrix.zeros(2 * BATCH, CLASSES);
        for (int row = 0; row < times.rows(); row++) {
            times.set(row, row % CLASSES, 1 + row % 3);
        }
        double[] losses = new double[2];
        for (int i = 0; i < 2; i++) {
            try (Trainer trainer = trainer(network())
                    .shards(1 + 2 * i)
                    .loss(SquaredErrorLoss.spikeTimeTargets(2))
                    .build()) {
                losses[i] = trainer.step(TrainingBatch.withTargets(input(), times));
            }
        }
        assertEquals(losses[0], losses[1], 1e-12);
    }
}
