package dev.spikelane.train;

import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import org.junit.jupiter.api.Test;

/** On the class path, without the module of the Vector API. */
final class TrainerFallbackTest {

    private static final int STEPS = 5;
    private static final int[] LABELS = {0, 1, 1, 0};

    @Test
    void framesTeachANetwork() {
        assertLearns(TrainingBatch.ofFrame(new TorchRandom(2).rand(LABELS.length, 6), LABELS));
    }

    @Test
    void spikesTeachANetwork() {
        FloatMatrix numbers = new TorchRandom(3).rand(STEPS * LABELS.length, 6);
        SpikeMatrix spikes =
                fill(SpikeMatrix.zeros(numbers.rows(), 6), (row, column) -> numbers.get(row, column) > 0.5f);
        assertLearns(TrainingBatch.of(spikes, LABELS));
    }

    private static void assertLearns(TrainingBatch batch) {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 6, 20, 2);
        try (Trainer trainer =
                Trainers.of(network, STEPS, LABELS.length, CrossEntropyLoss.membrane(), new Adam(0.01))) {
            double first = trainer.step(batch);
            double last = first;
            for (int i = 0; i < 100; i++) {
                last = trainer.step(batch);
            }
            assertTrue(last < first / 2, first + " before, " + last + " after");
        }
    }
}
