package dev.spikelane.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Allocations;
import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training allocates nothing once it is warm. */
@Alone
class TrainerAllocationTest {

    private static final int STEPS = 8;
    private static final int BATCH = 12;
    private static final int[] LABELS = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};

    /** One thread and two take turns before the night. */
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
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        train(deep(), TrainingBatch.of(input, LABELS), 1);
    }

    @Test
    void spikes() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        train(feedforward(), TrainingBatch.of(input, LABELS), 1);
    }

    @Test
    void lengths() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        int[] lengths = {8, 1, 3, 5, 2, 7, 7, 4, 6, 3, 1, 2};
        train(feedforward(), TrainingBatch.of(input, LABELS).withLengths(lengths), 1);
    }

    @Test
    void shards() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        train(feedforward(), TrainingBatch.of(input, LABELS), 3);
    }

    @Test
    void loops() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        TorchRandom random = new TorchRandom(3);
        FloatMatrix weights = FloatMatrix.zeros(70, 70);
        random.linear(weights, FloatMatrix.zeros(1, 70));
        Network network = Network.builder(40)
                .dense(70, random)
                .neuron(new RLeaky(Recurrence.allToAll(weights), 0.8))
                .dense(4, random)
                .neuron(new Leaky(0.9))
                .build();
        train(network, TrainingBatch.of(input, LABELS), 1);
    }

    @Test
    void normalizedBatches() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, 40, new Random(1));
        for (TrainingBatch batch : List.of(TrainingBatch.of(input, LABELS), TrainingBatch.ofFrame(frame, LABELS))) {
            TorchRandom random = new TorchRandom(3);
            Network network = Network.builder(40)
                    .dense(70, random)
                    .batchNorm()
                    .neuron(new Leaky(0.9))
                    .dense(4, random)
                    .batchNorm()
                    .neuron(new Leaky(0.9))
                    .build();
            train(network, batch, 2);
            train(network, batch, trainer -> trainer.recomputeEvery(3));
        }
    }

    /** A frame goes into the first convolution once for all steps, spikes into each. */
    @Users
    @Test
    void convolutionsPoolsAndNormalizedMaps() {
        Shape maps = Shape.of(1, 11, 11);
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, maps.size(), 0.3, new Random(1));
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, maps.size(), new Random(1));
        for (TrainingBatch batch : List.of(TrainingBatch.ofFrame(frame, LABELS), TrainingBatch.of(spikes, LABELS))) {
            TorchRandom random = new TorchRandom(3);
            Network network = Network.builder(maps)
                    .convolution(12, Kernel.of(2), random)
                    .maxPool2d(2)
                    .neuron(new Leaky(0.9))
                    .convolution(20, Kernel.of(3), random)
                    .batchNorm()
                    .avgPool2d(2)
                    .neuron(new Leaky(0.9))
                    .connect(new Flatten())
                    .dense(4, random)
                    .neuron(new Leaky(0.9))
                    .build();
            train(network, batch, 1);
        }
    }

    /** As in tutorial 6: gradients go past pools, winners are kept on the way. */
    @Users
    @Test
    void poolsRightBehindConvolutions() {
        Shape maps = Shape.of(1, 13, 13);
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, maps.size(), 0.3, new Random(1));
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, maps.size(), new Random(1));
        for (TrainingBatch batch : List.of(TrainingBatch.ofFrame(frame, LABELS), TrainingBatch.of(spikes, LABELS))) {
            TorchRandom random = new TorchRandom(3);
            Network network = Network.builder(maps)
                    .conv2d(12, 2, random)
                    .maxPool2d(2)
                    .neuron(new Leaky(0.5))
                    .conv2d(64, 3, random)
                    .maxPool2d(2)
                    .neuron(new Leaky(0.5))
                    .flatten()
                    .dense(4, random)
                    .neuron(new Leaky(0.5))
                    .build();
            train(network, batch, 1);
        }
    }

    @Users
    @Test
    void mapsThatAreNormalizedThroughTime() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        Shape maps = Shape.of(2, 4, 5);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", maps);
        Population m = builder.population("m", maps, new Leaky(0.9));
        Population q = builder.population("q", Shape.of(4), new Leaky(0.9));
        builder.project("x-m", x, m, OneToOne.scale(1.5f), BatchNorm.tt(2, STEPS));
        builder.project("m-m", m, m, OneToOne.scale(0.5f), BatchNorm.of(2)).delay(1);
        builder.project("m-q", m, q, new Flatten(), Dense.linear(40, 4, new TorchRandom(3)), BatchNorm.tt(4, STEPS));
        Network network = builder.build();
        train(network, TrainingBatch.of(input, LABELS), trainer -> trainer.dropoutChannels("m-q", 0.5));
        for (int threads = 1; threads <= 2; threads++) {
            try (Simulation simulation = network.simulate(BATCH, threads)) {
                simulation.run(input);
                Allocations.assertNone(Set.of(Thread.currentThread()), 20, () -> {
                    simulation.reset();
                    simulation.run(input);
                });
            }
        }
    }

    /** Dense connections and convolutions; gradients that are stored, and given as they come to be. */
    @Test
    void weightsThatAreRounded() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        TrainingBatch spikes = TrainingBatch.of(input, LABELS);
        train(feedforward(), spikes, trainer -> trainer.weights(WeightQuantization.ternary()));
        train(
                feedforward(),
                spikes,
                trainer -> trainer.weights(WeightQuantization.int4().learned()));
        TorchRandom random = new TorchRandom(3);
        Network network = Network.builder(Shape.of(1, 8, 5))
                .conv2d(12, 3, random)
                .neuron(new Leaky(0.9))
                .flatten()
                .dense(4, random)
                .neuron(new Leaky(0.9))
                .build();
        train(network, spikes, trainer -> trainer.weights(WeightQuantization.int8()));
    }

    @Test
    void learnedParameters() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        train(deep(), TrainingBatch.of(input, LABELS), 1, "lif1.beta", "lif1.threshold", "lif2.alpha", "lif3.beta");
    }

    static List<Neuron> models() {
        List<Neuron> all = List.of(
                new Alpha(0.9, 0.8).withThreshold(0.1),
                new Leaky(0.9).withGradedSpikesFactor(1.5),
                new HandLif(0.9).withThreshold(0.3),
                new DeltaLeaky(0.9).withDeltaThreshold(0.1),
                Lapicque.of(5, 1.5, 0.5).withThreshold(0.3),
                Lif.norse(0.1, 20, 30).withThreshold(0.1),
                Lif.spikingJelly(2),
                Lif.nir(
                        0.5f,
                        Parameter.of(2),
                        Parameter.of(1.5f),
                        Parameter.of(0.1f),
                        Parameter.of(1),
                        Parameter.of(0.1f)),
                new RSynaptic(Recurrence.by(new OneToOne(Parameter.of(0.3f))), 0.8, 0.9),
                new StateLeaky(0.9),
                new StateLeaky(0.9).withQuantization(Quantization.uniform(4, 1, 0, 0.2)),
                new LeakyParallel(
                        Recurrence.by(new OneToOne(Parameter.of(0.8f))),
                        Parameter.of(0),
                        Parameter.of(1),
                        Parameter.of(1)));
        return Tries.beforeTheNight(3, all);
    }

    @Users
    @ParameterizedTest
    @MethodSource("models")
    void learnedParametersOfAllModels(Neuron model) {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        TorchRandom random = new TorchRandom(3);
        Network network = Network.builder(40)
                .dense(70, random)
                .neuron(model)
                .dense(4, random)
                .neuron(new Leaky(0.9))
                .build();
        String[] learned = NeuronGradient.learnable(model).stream()
                .map(each -> "lif1." + each)
                .toArray(String[]::new);
        Trainer.Optimizer slow = new Adam(1e-6); // values stay in their range
        train(
                network,
                TrainingBatch.of(input, LABELS),
                trainer -> trainer.optimizer(slow).learn(learned));
    }

    @Test
    void dropouts() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        train(
                deep(),
                TrainingBatch.of(input, LABELS),
                trainer -> trainer.dropout("fc1", 0.1).dropout("fc2", 0.5).dropout("fc3", 0.5));
    }

    @Test
    void severalLossesAndObservedPopulations() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        train(
                deep(),
                TrainingBatch.of(input, LABELS),
                trainer -> trainer.loss("lif1", Loss.spikeRatePenalty(1e-3))
                        .loss("lif3", CrossEntropyLoss.membrane(), 0.5)
                        .observeSpikes("lif2")
                        .shards(3)
                        .onGradients(
                                (loss, gradients) -> gradients.apply("lif2").rows() == STEPS * BATCH));
    }

    private static Network feedforward() {
        TorchRandom random = new TorchRandom(3);
        return Network.builder(40)
                .dense(70, random)
                .neuron(new Leaky(0.9))
                .dense(4, random)
                .neuron(new Leaky(0.9))
                .build();
    }

    private static Network deep() {
        TorchRandom random = new TorchRandom(3);
        return Network.builder(40)
                .dense(70, random)
                .neuron(new Leaky(0.9))
                .dense(130, random)
                .neuron(new Synaptic(0.8, 0.9))
                .dense(4, random)
                .neuron(new Leaky(0.9))
                .build();
    }

    private static void train(Network network, TrainingBatch batch, int shards, String... learned) {
        train(network, batch, trainer -> trainer.shards(shards).learn(learned));
    }

    private static void train(Network network, TrainingBatch batch, UnaryOperator<TrainerBuilder> wish) {
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
