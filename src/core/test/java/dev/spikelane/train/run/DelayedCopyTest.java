package dev.spikelane.train.run;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Users;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.TrainingBatch;
import org.junit.jupiter.api.Test;

/** A recurrent network learns to repeat random bits some steps later, and generalizes to others. */
@EveryWidth
@Users
final class DelayedCopyTest {

    private static final int STEPS = 30;
    private static final int BATCH = 32;
    private static final int DELAY = 3;
    private static final int HIDDEN = 64;

    @Test
    void aRecurrentNetworkRepeatsBits() {
        double accuracy = accuracy(200);
        assertTrue(accuracy > 0.99, "accuracy " + accuracy);
    }

    /** Trains on new bits in each iteration, and returns the accuracy for other bits. */
    private static double accuracy(int iterations) {
        var random = new TorchRandom(1);
        var feedback = Dense.linear(HIDDEN, HIDDEN, random);
        var network = Networks.of(
                random,
                1,
                dense(
                        HIDDEN,
                        new RLeaky(Recurrence.allToAll(feedback.weights(), feedback.bias()), 0.5).withThreshold(0.5)),
                dense(1, new Leaky(0.0).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE))));
        var bits = SpikeMatrix.zeros(STEPS * BATCH, 1); // row = step * BATCH + sample
        var targets = FloatMatrix.zeros(STEPS * BATCH, 1);
        var batch = TrainingBatch.withTargets(bits, targets);
        try (var trainer = Trainers.of(network, STEPS, BATCH, SquaredErrorLoss.membraneTargets(), new Adam(5e-3))) {
            for (int i = 0; i < iterations; i++) {
                draw(random, bits, targets);
                trainer.step(batch);
            }
        }
        draw(random, bits, targets);
        try (var simulation = network.simulate(BATCH)) {
            var membranes = simulation.recordMembranes("lif2", STEPS).values();
            simulation.run(bits);
            int right = 0;
            for (int row = DELAY * BATCH; row < STEPS * BATCH; row++) {
                right += membranes.get(row, 0) > 0.5f == bits.get(row - DELAY * BATCH, 0) ? 1 : 0;
            }
            return right / (double) ((STEPS - DELAY) * BATCH);
        }
    }

    private static void draw(TorchRandom random, SpikeMatrix bits, FloatMatrix targets) {
        for (int row = 0; row < STEPS * BATCH; row++) {
            bits.set(row, 0, random.nextFloat() < 0.5f);
            targets.set(row, 0, row >= DELAY * BATCH && bits.get(row - DELAY * BATCH, 0) ? 1 : 0);
        }
    }
}
