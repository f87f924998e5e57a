package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.fixture.ResidualNetworks;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * SEW-ResNet-18 with sums of spikes on frames of 3 x 32 x 32 random values, with torch's fresh weights: an iteration of
 * training, or all steps forward. Some iterations with a small rate give batch norms their statistics; neurons then
 * fire with a density of 0.14 to 0.21.
 *
 * @param trains true for an iteration
 * @param threads threads of the trainer or the simulation
 */
public record SewResNetWork(boolean trains, int threads) implements Work {

    private static final int STEPS = 4;
    private static final int BATCH = 16;
    private static final int CLASSES = 10;
    private static final double LEARNING_RATE = 1e-7;
    private static final int ITERATIONS = 16;

    @Override
    public String name() {
        return "sew-resnet-18 %s batch %d steps %d threads %d"
                .formatted(trains ? "training iteration" : "frame", BATCH, STEPS, threads);
    }

    @Override
    public Case open() {
        TorchRandom random = new TorchRandom(42);
        Shape image = Shape.of(3, 32, 32);
        Network network = ResidualNetworks.sewResNet(18, 64, image, CLASSES, ResidualNetworks.Join.ADD, random);
        FloatMatrix images = random.rand(BATCH, image.size());
        TrainingBatch batch = TrainingCase.batch(images, BATCH, true);
        Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(LEARNING_RATE))
                .threads(threads)
                .framesOnly()
                .build();
        for (int i = 0; i < ITERATIONS; i++) {
            trainer.step(batch);
        }
        if (!trains) {
            trainer.close();
        }
        Simulation simulation = network.simulate(BATCH, threads);
        Runnable pass = trains ? () -> trainer.step(batch) : () -> simulation.runConstant(images, STEPS);
        Entry entry = new Entry(Contestant.JAVA, simulation::reset, pass, () -> results(network));
        return new Case() {
            @Override
            public List<Entry> entries() {
                return List.of(entry);
            }

            @Override
            public void close() {
                simulation.close();
                trainer.close();
            }
        };
    }

    /** Returns a copy, as only the trainer may write to the weights. */
    private static List<MemorySegment> results(Network network) {
        return List.of(network.weights().get("fc.weight").segment());
    }
}
