package dev.spikelane.train.gradient;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reused rows hold other spikes, so the next window must not use prepared old ones. */
@EveryWidth
final class RecomputedRowsTest {

    private static final int STEPS = 4;
    private static final int BATCH = 3;
    private static final int INPUTS = 40;

    private static SpikeMatrix window(int seed) {
        return Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.4, new Random(seed));
    }

    private static Gradients gradients(Network network) {
        return Gradients.of(network, STEPS, BATCH)
                .startAt(network.populations().getLast().name(), "membrane")
                .threads(2)
                .recomputeEvery(1)
                .build();
    }

    /** 30 outputs are one block, whose steps two threads share. */
    @Test
    void nextWindowTakesItsOwnSpikes() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f), INPUTS, 30);
        String last = network.populations().getLast().name();
        try (Gradients again = gradients(network);
                Gradients anew = gradients(network)) {
            again.forward(window(1));
            again.backward();
            again.reset();
            again.forward(window(2));
            anew.forward(window(2));
            Matrices.assertSameBits(anew.values(last, "membrane"), again.values(last, "membrane"), "membranes");
        }
    }
}
