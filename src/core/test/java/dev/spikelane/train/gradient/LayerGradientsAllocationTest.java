package dev.spikelane.train.gradient;

import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.pooled;
import static dev.spikelane.train.TrainerAllocationTest.train;

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
import dev.spikelane.connection.Psn;
import dev.spikelane.fixture.Networks;
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
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training of maps and of all models, whose loops compile slowly, does not allocate. */
@Alone
@Users
final class LayerGradientsAllocationTest {

    private static final int STEPS = 8;
    private static final int BATCH = 12;
    private static final int[] LABELS = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};

    /** A frame enters the first convolution once for all steps, spikes in each. */
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
            train(network, batch, trainer -> trainer);
        }
    }

    /** As in tutorial 6: gradients are read past pools, and winners are stored. */
    @Test
    void poolsRightBehindConvolutions() {
        Shape maps = Shape.of(1, 13, 13);
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, maps.size(), 0.3, new Random(1));
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, maps.size(), new Random(1));
        for (TrainingBatch batch : List.of(TrainingBatch.ofFrame(frame, LABELS), TrainingBatch.of(spikes, LABELS))) {
            Network network = Networks.of(
                    new TorchRandom(3),
                    maps,
                    pooled(12, 2, new Leaky(0.5)),
                    pooled(64, 3, new Leaky(0.5)),
                    flat(4, new Leaky(0.5)));
            train(network, batch, trainer -> trainer);
        }
    }

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

    @Test
    void layersOverTime() {
        FloatMatrix input = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 20, new Random(1));
        TorchRandom random = new TorchRandom(3);
        Network network = Network.builder(20)
                .dense(40, random)
                .connect(BatchNorm.td(40, 1, 0.5))
                .neuron(new Leaky(0.9))
                .dense(20, random)
                .connect(Psn.of(STEPS, random))
                .neuron(new Leaky(0).withThreshold(-1))
                .dense(4, random)
                .neuron(new Leaky(0.9))
                .build();
        train(network, TrainingBatch.of(input, LABELS), trainer -> trainer);
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

    @ParameterizedTest
    @MethodSource("models")
    void learnedParametersOfAllModels(Neuron model) {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 40, 0.3, new Random(1));
        Network network = Networks.of(new TorchRandom(3), 40, dense(70, model), dense(4, new Leaky(0.9)));
        String[] learned = NeuronGradient.learnable(model).stream()
                .map(each -> "lif1." + each)
                .toArray(String[]::new);
        Trainer.Optimizer slow = new Adam(1e-6); // values stay in range
        train(
                network,
                TrainingBatch.of(input, LABELS),
                trainer -> trainer.optimizer(slow).learn(learned));
    }
}
