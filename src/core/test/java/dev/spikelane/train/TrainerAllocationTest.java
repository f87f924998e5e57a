package dev.spikelane.train;

import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Allocations;
import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Warm training does not allocate. */
@Alone
@SuppressWarnings({"exports", "missing-explicit-ctor"})
public final class TrainerAllocationTest {

    private static final int STEPS = 8;
    private static final int BATCH = 12;
    private static final int[] LABELS = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};

    private static final TrainingBatch SPIKES =
            TrainingBatch.of(Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1)), LABELS);

    /** One thread and two alternate by day. */
    private static int turn;

    @Test
    void frames() {
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, 40, new Random(1));
        train(feedforward(), TrainingBatch.ofFrame(frame, LABELS), 1);
        train(deep(), TrainingBatch.ofFrame(frame, LABELS), 1);
    }

    @Test
    void values() {
        FloatMatrix input = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 40, new Random(1));
        train(feedforward(), TrainingBatch.of(input, LABELS), 1);
    }

    @Test
    void twoHiddenLayers() {
        train(deep(), SPIKES, 1);
    }

    @Test
    void spikes() {
        train(feedforward(), SPIKES, 1);
    }

    @Test
    void lengths() {
        int[] lengths = {8, 1, 3, 5, 2, 7, 7, 4, 6, 3, 1, 2};
        train(feedforward(), SPIKES.withLengths(lengths), 1);
    }

    @Test
    void shards() {
        train(feedforward(), SPIKES, 3);
    }

    @Test
    void loops() {
        TorchRandom random = new TorchRandom(3);
        FloatMatrix weights = FloatMatrix.zeros(70, 70);
        random.linear(weights, FloatMatrix.zeros(1, 70));
        Network network = Networks.of(
                random, 40, dense(70, new RLeaky(Recurrence.allToAll(weights), 0.8)), dense(4, new Leaky(0.9)));
        train(network, SPIKES, 1);
    }

    @Test
    void normalizedBatches() {
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, 40, new Random(1));
        for (TrainingBatch batch : List.of(SPIKES, TrainingBatch.ofFrame(frame, LABELS))) {
            Network network = Networks.of(
                    new TorchRandom(3),
                    40,
                    dense(70, new Leaky(0.9), BatchNorm.of(70)),
                    dense(4, new Leaky(0.9), BatchNorm.of(4)));
            train(network, batch, 2);
            train(network, batch, trainer -> trainer.recomputeEvery(3));
        }
    }

    /** Dense connections and convolutions; gradients that are stored, and fused into the optimizer. */
    @Test
    void weightsThatAreRounded() {
        train(feedforward(), SPIKES, trainer -> trainer.weights(WeightQuantization.ternary()));
        train(
                feedforward(),
                SPIKES,
                trainer -> trainer.weights(WeightQuantization.int4().learned()));
        Network network = Networks.of(
                new TorchRandom(3), Shape.of(1, 8, 5), maps(12, 3, new Leaky(0.9)), flat(4, new Leaky(0.9)));
        train(network, SPIKES, trainer -> trainer.weights(WeightQuantization.int8()));
    }

    @Test
    void learnedParameters() {
        train(deep(), SPIKES, 1, "lif1.beta", "lif1.threshold", "lif2.alpha", "lif3.beta");
    }

    @Test
    void learnedDelays() {
        TorchRandom random = new TorchRandom(3);
        Network late = Network.builder(40)
                .dense(70, random)
                .neuron("late", EquationNeuron.of("""
                        param delay = 3 from 0 to 25
                        state v
                        input current delayed by delay
                        v = 0.9 * v + current
                        spike v > 1
                        reset v = v - 1
                        """))
                .dense(4, random)
                .neuron("slow", EquationNeuron.delay(5))
                .build();
        train(late, SPIKES, 1, "late.delay", "slow.delay");
        Network wide = Network.builder(40)
                .dense(130, random) // two threads have tiles of 128 and 2, and one thread all again
                .neuron("slow", EquationNeuron.delay(5))
                .build();
        train(wide, SPIKES, trainer -> trainer.threads(2).recomputeEvery(3).learn("slow.delay"));
    }

    @Test
    void dropouts() {
        train(
                deep(),
                SPIKES,
                trainer -> trainer.dropout("fc1", 0.1).dropout("fc2", 0.5).dropout("fc3", 0.5));
    }

    @Test
    void severalLossesAndObservedPopulations() {
        train(
                deep(),
                SPIKES,
                trainer -> trainer.loss("lif1", Loss.spikeRatePenalty(1e-3))
                        .loss("lif3", CrossEntropyLoss.membrane(), 0.5)
                        .observeSpikes("lif2")
                        .shards(3)
                        .onGradients(
                                (loss, gradients) -> gradients.apply("lif2").rows() == STEPS * BATCH));
    }

    private static Network feedforward() {
        return Networks.dense(new TorchRandom(3), new Leaky(0.9), 40, 70, 4);
    }

    private static Network deep() {
        return Networks.of(
                new TorchRandom(3),
                40,
                dense(70, new Leaky(0.9)),
                dense(130, new Synaptic(0.8, 0.9)),
                dense(4, new Leaky(0.9)));
    }

    private static void train(Network network, TrainingBatch batch, int shards, String... learned) {
        train(network, batch, trainer -> trainer.shards(shards).learn(learned));
    }

    /** Trains until nothing is allocated, or fails. */
    public static void train(Network network, TrainingBatch batch, UnaryOperator<TrainerBuilder> wish) {
        for (int threads : Tries.ALL ? new int[] {1, 2} : new int[] {1 + turn++ % 2}) {
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            try (Trainer trainer = wish.apply(Trainer.of(network, STEPS, BATCH)
                            .loss(CrossEntropyLoss.membrane())
                            .threads(threads))
                    .build()) {
                trainer.step(batch);
                Set<Thread> serving = new HashSet<>(Thread.getAllStackTraces().keySet());
                serving.removeAll(before);
                serving.add(Thread.currentThread());
                assertTrue(serving.size() >= threads, serving.toString());
                Allocations.assertNone(serving, 20, () -> trainer.step(batch));
            }
        }
    }
}
