package dev.spikelane.train.gradient;

import dev.spikelane.Allocations;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Trains on frames, then on spikes, in a new JVM: after the first, C2 must not box vectors of the second. */
final class FramesThenSpikesMain {

    private static final int STEPS = 8;
    private static final int BATCH = 64;
    private static final int INPUTS = 100;

    private FramesThenSpikesMain() {}

    /** Throws if something is allocated. */
    public static void main(String[] args) {
        Random random = new Random(1);
        int[] labels = random.ints(BATCH, 0, 4).toArray();
        for (int threads = 1; threads <= 2; threads++) {
            check(TrainingBatch.ofFrame(Matrices.uniform(Arena.ofAuto(), BATCH, INPUTS, random), labels), threads);
        }
        for (int threads = 1; threads <= 2; threads++) {
            double density = threads == 1 ? 0.29 : 0.05;
            check(
                    TrainingBatch.of(Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, density, random), labels),
                    threads);
        }
    }

    private static void check(TrainingBatch batch, int threads) {
        Network network = Networks.dense(new TorchRandom(3), new Leaky(0.9), INPUTS, 200, 4);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .threads(threads)
                .build()) {
            trainer.step(batch);
            Set<Thread> serving = new HashSet<>(Thread.getAllStackTraces().keySet());
            serving.removeAll(before);
            serving.add(Thread.currentThread());
            Allocations.assertNone(serving, 20, () -> trainer.step(batch));
        }
    }
}
