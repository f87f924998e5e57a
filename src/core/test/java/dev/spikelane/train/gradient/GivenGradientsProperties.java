package dev.spikelane.train.gradient;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** An optimizer with fused gradients leaves the weights of one with stored gradients, which an observer requires. */
@EveryWidth
@FewerTries
class GivenGradientsProperties {

    private static final int STEPS = 6;

    @Property(tries = 12)
    void storedGradientsGiveTheSameWeights(
            @UpTo(9) int batch, @UpTo(130) int hidden, @UpTo(3) int threads, @ForAll long seed) {
        check(batch, hidden, threads, seed, (seed & 1) == 0);
    }

    /** So many samples that a window has several parts, with and without an end inside a section. */
    @Property(tries = 4)
    void manySamplesGiveTheSameWeights(@UpTo(130) int hidden, @UpTo(3) int threads, @ForAll long seed) {
        check(new int[] {64, 100, 120, 128}[(int) (seed & 3)], hidden, threads, seed, false);
    }

    /** A thread takes four blocks of neurons back, then a smaller one, in equal memory. */
    @Example
    void padding() {
        check(9, 300, 1, 1, false);
    }

    private static void check(int batch, int hidden, int threads, long seed, boolean frames) {
        Random random = new Random(seed);
        Trainer.Optimizer optimizer = switch (random.nextInt(4)) {
            case 0 -> new Adam(0.01);
            case 1 -> new Adam(0.01).withAmsgrad(true).withWeightDecay(0.1);
            case 2 -> new Sgd(0.1);
            default -> new Sgd(0.1).withMomentum(0.9);
        };
        int[] labels = random.ints(batch, 0, 4).toArray();
        TrainingBatch samples = frames
                ? TrainingBatch.ofFrame(Matrices.uniform(Arena.ofAuto(), batch, 21, random), labels)
                : TrainingBatch.of(Matrices.spikes(Arena.ofAuto(), STEPS * batch, 21, 0.3, random), labels);
        float[][] given = train(optimizer, samples, batch, hidden, threads, false);
        float[][] stored = train(optimizer, samples, batch, hidden, 1, true);
        for (int i = 0; i < stored.length; i++) {
            assertArrayEquals(stored[i], given[i]);
        }
    }

    private static float[][] train(
            Trainer.Optimizer optimizer, TrainingBatch samples, int batch, int hidden, int threads, boolean observed) {
        Network network = Networks.of(
                new TorchRandom(5), 21, dense(hidden, new Leaky(0.9).withThreshold(0.2)), dense(4, new Leaky(0.9)));
        TrainerBuilder builder = Trainer.of(network, STEPS, batch)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(optimizer)
                .threads(threads);
        if (observed) {
            builder.onGradients((loss, gradients) -> true);
        }
        FloatMatrix before = network.weights().get("fc1.weight");
        try (Trainer trainer = builder.build()) {
            for (int step = 0; step < 20; step++) {
                trainer.step(samples);
            }
            assertEquals(observed || !SimdWidth.VECTOR, trainer.storedBytes() >= 4L * 64 * 21);
        }
        float[] after = network.weights().get("fc1.weight").toArray();
        assertTrue(!java.util.Arrays.equals(before.toArray(), after), "nothing was learned");
        return new float[][] {
            after,
            network.weights().get("fc2.weight").toArray(),
            network.weights().get("fc2.bias").toArray()
        };
    }
}
