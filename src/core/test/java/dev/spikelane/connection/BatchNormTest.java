package dev.spikelane.connection;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.ShardGradients;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@EveryWidth
class BatchNormTest {

    private static final int STEPS = 5;
    private static final int BATCH = 9;

    private static Network network() {
        return Networks.of(
                20,
                dense(70, new Leaky(0.9f), BatchNorm.of(70)),
                dense(4, new Leaky(0.9f), BatchNorm.of(4).withoutAffine().withMomentum(0.5)));
    }

    private static TrainingBatch batch(int seed) {
        Random random = new Random(seed);
        FloatMatrix x = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 20, random);
        return TrainingBatch.of(x, random.ints(BATCH, 0, 4).toArray());
    }

    private static Trainer trainer(Network network, UnaryOperator<TrainerBuilder> wish) {
        return wish.apply(Trainer.of(network, STEPS, BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .optimizer(new Sgd(0.1)))
                .build();
    }

    @Test
    void valuesHaveTorchsNamesAndStart() {
        Network network = network();
        assertEquals(
                List.of(
                        "fc1.0.weight",
                        "fc1.0.bias",
                        "fc1.1.weight",
                        "fc1.1.bias",
                        "fc1.1.running_mean",
                        "fc1.1.running_var",
                        "fc1.1.num_batches_tracked",
                        "fc2.0.weight",
                        "fc2.0.bias",
                        "fc2.1.running_mean",
                        "fc2.1.running_var",
                        "fc2.1.num_batches_tracked"),
                network.weights().names().stream()
                        .filter(name -> name.startsWith("fc"))
                        .toList());
        assertEquals(List.of(70), network.weights().shape("fc1.1.running_var"));
        assertEquals(List.of(), network.weights().shape("fc1.1.num_batches_tracked"));
        assertEquals(1, network.weights().get("fc1.1.running_var").get(0, 69));
        assertEquals(0, network.weights().get("fc1.1.running_mean").get(0, 69));
    }

    /** Once for each time step, independent of recomputation, threads and rehearsal. */
    @Test
    void runningValuesMoveOnceAStep() {
        List<UnaryOperator<TrainerBuilder>> wishes = List.of(
                trainer -> trainer,
                trainer -> trainer.recomputeEvery(2),
                trainer -> trainer.recomputeEvery(1).threads(2),
                trainer -> trainer.threads(3).clipNorm(1e9),
                trainer -> trainer.onGradients((loss, gradients) -> true));
        List<Long> hashes = new ArrayList<>();
        for (UnaryOperator<TrainerBuilder> wish : wishes) {
            Network network = network();
            try (Trainer trainer = trainer(network, wish)) {
                trainer.step(batch(1));
                trainer.step(batch(2));
            }
            assertEquals(
                    2 * STEPS,
                    network.weights().get("fc1.1.num_batches_tracked").get(0, 0));
            assertNotEquals(0, network.weights().get("fc2.1.running_mean").get(0, 0));
            hashes.add(network.weights().hash());
        }
        assertEquals(1, hashes.stream().distinct().count(), hashes.toString());
    }

    @Test
    void stepsThatAreRefusedLeaveThemAlone() {
        Network network = network();
        long before = network.weights().hash();
        try (Trainer trainer = trainer(network, builder -> builder.onGradients((loss, gradients) -> false))) {
            trainer.step(batch(1));
        }
        assertEquals(before, network.weights().hash());
    }

    /** Shards ascending, in each steps ascending, also if they are computed elsewhere. */
    @Test
    void shardsMoveThemInTurn() {
        Network whole = network();
        Network apart = network();
        try (Trainer one = trainer(whole, builder -> builder.shards(2));
                Trainer other = trainer(apart, builder -> builder.shards(2))) {
            one.step(batch(1));
            other.update(List.of(other.gradients(batch(1), 0), other.gradients(batch(1), 1)));
            assertEquals(whole.weights().hash(), apart.weights().hash());
            assertEquals(
                    2 * STEPS, whole.weights().get("fc1.1.num_batches_tracked").get(0, 0));
            ShardGradients first = other.gradients(batch(1), 0);
            Map<String, FloatMatrix> lacking = new HashMap<>(first.gradients());
            lacking.remove("fc1.1.running_var");
            ShardGradients bad = new ShardGradients(0, 2, BATCH, lacking, first.terms(), 0, first.spikes());
            assertInvalid(
                    "shard 0 has no statistics of 'fc1.1.running_var', expected those of each step",
                    () -> other.update(List.of(bad, other.gradients(batch(1), 1))));
        }
    }

    /** With as many shards as samples, no shard has a variance. */
    @Test
    void singleSamplesMoveNothing() {
        Network network = network();
        try (Trainer trainer = trainer(network, builder -> builder.shards(BATCH))) {
            trainer.step(batch(1));
        }
        assertEquals(0, network.weights().get("fc1.1.num_batches_tracked").get(0, 0));
        assertArrayEquals(
                new float[4], network.weights().get("fc2.1.running_mean").toArray());
    }

    /** Values that normalize to small numbers may have a variance beyond float32. */
    @Test
    void runningValuesThatOverflowAreRefusedBeforeAnythingIsLearned() {
        FloatMatrix x = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 20, new Random(3));
        x.copyFrom(scaled(x.toArray(), 1e25f));
        TrainingBatch large = TrainingBatch.of(x, new int[BATCH]);
        List<UnaryOperator<TrainerBuilder>> wishes = List.of(
                trainer -> trainer,
                trainer -> trainer.clipNorm(1).threads(2),
                trainer -> trainer.shards(2),
                trainer -> trainer.recomputeEvery(2));
        for (UnaryOperator<TrainerBuilder> wish : wishes) {
            Network network = network();
            long before = network.weights().hash();
            try (Trainer trainer = trainer(network, wish)) {
                assertOverflows(() -> trainer.step(large));
                assertEquals(before, network.weights().hash());
                trainer.step(batch(1));
            }
            Network other = network();
            try (Trainer trainer = trainer(other, wish)) {
                trainer.step(batch(1));
            }
            assertEquals(other.weights().hash(), network.weights().hash());
        }
        try (Trainer trainer = trainer(network(), builder -> builder.shards(2))) {
            assertOverflows(() -> trainer.gradients(large, 1));
        }
    }

    private static void assertOverflows(Executable step) {
        String message = assertThrows(IllegalStateException.class, step).getMessage();
        String expected = "'fc1.1.running_var' would become Infinity at channel 0, expected a finite number: ";
        assertTrue(message.startsWith(expected), message);
    }

    private static float[] scaled(float[] values, float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return values;
    }

    /**
     * The search for the cause uses statistics of the batch, as training did; running values would blame the first
     * layer.
     */
    @Test
    void divergenceIsSoughtWithStatisticsOfTheBatch() {
        Network network = network();
        FloatMatrix x = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 20, new Random(3));
        x.copyFrom(scaled(x.toArray(), 3e37f));
        FloatMatrix weights = network.weights().get("fc2.0.weight");
        weights.fill(3e38f);
        network.weights().replace("fc2.0.weight", weights);
        network.weights().replace("fc1.1.running_var", FloatMatrix.zeros(1, 70));
        long before = network.weights().hash();
        try (Trainer trainer = trainer(network, builder -> builder)) {
            assertPart(
                    IllegalStateException.class,
                    "population 'lif2' has the membrane ",
                    () -> trainer.step(TrainingBatch.of(x, new int[BATCH])));
        }
        assertEquals(before, network.weights().hash());
    }

    @Test
    void refusesWhatMakesNoSense() {
        Network network = network();
        assertInvalid(
                "projection 'fc1': batch norm 70 would have to be folded into the weights before it, expected a path"
                        + " without it",
                () -> network.quantized(ElementType.INT8));
        assertInvalid(
                "projection 'fc1': batch norm 20 stands first in its path, expected a connection before it",
                () -> Network.builder(20).batchNorm().neuron(new Leaky(0.9f)).build());
        assertInvalid(
                "projection 'fc1' from 'input': batch norm 3 has a source of 20 channels, expected 3",
                () -> Network.builder(20).connect(BatchNorm.of(3)));
        assertInvalid(
                "'running_var' has -1.0 at 1, expected at least 0",
                () -> network.weights().replace("fc2.1.running_var", FloatMatrix.vector(1, -1, 1, 1)));
        assertInvalid(
                "'fc1.1.running_mean' has no gradient, expected one of [fc1.0.weight, fc1.0.bias, fc1.1.weight, fc1.1.bias,"
                        + " fc2.0.weight, fc2.0.bias, lif1.beta, lif1.gradedSpikesFactor, lif1.threshold, lif2.beta,"
                        + " lif2.gradedSpikesFactor, lif2.threshold]",
                () -> trainer(network, builder -> builder.learn("fc1.1.running_mean")));
        assertInvalid(
                "epsilon is 0.0, expected a finite number above 0",
                () -> BatchNorm.of(3).withEpsilon(0));
        assertInvalid("momentum is 1.5, expected 0 to 1", () -> BatchNorm.of(3).withMomentum(1.5));
        assertInvalid("channels is 0, expected at least 1", () -> BatchNorm.of(0));
    }
}
