package dev.spikelane.bench;

import dev.spikelane.kernel.BernoulliSpikesCase;
import dev.spikelane.kernel.LeakyStepCase;
import dev.spikelane.kernel.SpikeCountCase;
import dev.spikelane.kernel.SpikeMatmulCase;
import dev.spikelane.network.NetworkCase;
import java.util.List;
import java.util.function.Supplier;

/** What the {@link Table} shows, in its order. */
final class Cases {

    private static final int STEPS = 200;

    private Cases() {}

    /** Makers, because a case holds memory from when it is made until it is closed. */
    static List<Supplier<Case>> all() {
        return List.of(
                () -> new SpikeMatmulCase(784, 1000, STEPS, 0.02),
                () -> new SpikeMatmulCase(784, 1000, STEPS, 0.1),
                () -> new SpikeMatmulCase(784, 1000, STEPS, 0.5),
                () -> new LeakyStepCase(LeakyStepCase.Mode.SUBTRACT, 1000, 1, STEPS),
                () -> new BernoulliSpikesCase(784, 1, STEPS),
                () -> new SpikeCountCase(1000, 1, STEPS, 0.1),
                () -> new NetworkCase(STEPS, 1, 0.1, 1),
                () -> new NetworkCase(STEPS, 1, 0.5, 1),
                () -> new NetworkCase(STEPS, 1, 0.5, 2),
                () -> new NetworkCase(STEPS, 128, 0.1, 2),
                () -> new NetworkCase(STEPS, 128, 0.5, 2));
    }
}
