package dev.spikelane.engine;

import dev.spikelane.Allocations;
import dev.spikelane.Alone;
import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.Users;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Simulation;
import dev.spikelane.train.Gradients;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Paths of several operators do not allocate in steady state on any thread. */
@EveryWidth
@Alone
@Users
final class PathPartsAllocationTest {

    private static final int STEPS = 12;
    private static final int BATCH = 5;

    private final SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 200, 0.3, new Random(1));
    private final FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, 200, new Random(2));

    @Test
    void simulations() {
        try (Simulation simulation = PathPartsTest.network().simulate(BATCH, 2)) {
            Allocations.assertNone(threads(), 30, () -> {
                simulation.reset();
                simulation.run(spikes);
                simulation.reset();
                simulation.runConstant(frame, STEPS);
            });
        }
    }

    @Test
    void gradients() {
        try (Gradients gradients = Gradients.of(PathPartsTest.network(), STEPS, BATCH)
                .toInput("x")
                .startAtSpikes("last")
                .threads(2)
                .build()) {
            gradients.given("last").fill(0.1f);
            Map<String, SpikeMatrix> inputs = Map.of("x", spikes);
            Allocations.assertNone(threads(), 30, () -> {
                gradients.forward(inputs);
                gradients.backward();
            });
        }
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread ->
                        thread == Thread.currentThread() || thread.getName().startsWith("spikelane-"))
                .toList();
    }
}
