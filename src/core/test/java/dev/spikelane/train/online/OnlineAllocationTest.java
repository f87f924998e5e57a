package dev.spikelane.train.online;

import static dev.spikelane.fixture.Layer.dense;

import dev.spikelane.Allocations;
import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.EProp;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A step of e-prop does not allocate on the heap, for any number of blocks. */
@Alone
class OnlineAllocationTest {

    private static final int STEPS = 300;

    @Test
    void blocksAllocateNothing() {
        TorchRandom random = new TorchRandom(4);
        Network network = Networks.of(
                random,
                10,
                dense(70, new RLeaky(Recurrence.allToAll(70, random), 0.9).withThreshold(0.4)),
                dense(3, new Leaky(0.9).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE))));
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * 2, 10, 0.2, new Random(2));
        TrainingBatch batch = TrainingBatch.of(input, 0, 2);
        try (Trainer trainer = Trainer.of(network, STEPS, 2)
                .loss(CrossEntropyLoss.membrane())
                .online(EProp.adaptive(1).withRate(0.1, 1))
                .build()) {
            Allocations.assertNone(3, () -> trainer.step(batch));
        }
    }
}
