package dev.spikelane.train;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.fixture.Networks;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A trainer can be warmed up. It takes seconds without arithmetic, so it is not repeated at narrow widths. */
class WarmUpTrainerTest {

    /**
     * Warming up changes nothing: not values, running values, the optimizer or listeners of steps. The second time ends
     * before it settles.
     */
    @Test
    void warmingUpIsForgotten() {
        for (boolean observed : new boolean[] {false, true}) {
            long[] hashes = new long[2];
            for (int i = 0; i < hashes.length; i++) {
                Network network = Networks.of(
                        new TorchRandom(3),
                        20,
                        dense(7, new Synaptic(0.8, 0.7).withThreshold(0.4), BatchNorm.of(7)),
                        dense(3, new Leaky(0.9).withThreshold(0.5)));
                int[] told = new int[1];
                TrainerBuilder builder = Trainer.of(network, TrainerTest.STEPS, TrainerTest.BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .learn("lif1.alpha")
                        .onLoss(loss -> told[0]++);
                if (observed) {
                    builder.onGradients((loss, gradients) -> told[0]++ >= 0);
                }
                try (Trainer trainer = builder.build()) {
                    trainer.step(TrainerTest.batch(0));
                    if (i == 0) {
                        trainer.warmUp(TrainerTest.batch(1), Duration.ofMillis(observed ? 50 : 4_000))
                                .ifPresent(took -> assertTrue(took.toMillis() > 0));
                    }
                    trainer.step(TrainerTest.batch(1));
                }
                assertEquals(observed ? 4 : 2, told[0]);
                hashes[i] = network.weights().hash();
            }
            assertEquals(hashes[1], hashes[0]);
        }
    }
}
