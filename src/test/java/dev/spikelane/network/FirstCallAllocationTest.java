package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * The first call behind a warm-up, in a JVM of its own: what is not compiled by then boxes vectors, 249 MB when the
 * warm-up ran too few rows for the kernels that 200 steps choose.
 */
final class FirstCallAllocationTest {

    private static final long MOST_BYTES = 10_000_000;

    @Test
    void firstCallBehindAWarmUpIsCompiled() {
        TorchRandom random = new TorchRandom(0);
        Network network = Network.builder(784)
                .dense(1000, random)
                .neuron(new Leaky(0.99))
                .dense(10, random)
                .neuron(new Leaky(0.99))
                .build();
        SpikeMatrix spikes = SpikeMatrix.zeros(200, 784);
        for (int step = 0; step < spikes.rows(); step++) {
            for (int input = 0; input < spikes.columns(); input++) {
                spikes.set(step, input, CounterRandom.uniform(0, step, 0, input) < 0.1f);
            }
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        network.warmUp(1);
        try (Simulation simulation = network.simulate(1)) {
            long before = threads.getCurrentThreadAllocatedBytes();
            simulation.run(spikes);
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < MOST_BYTES, bytes + " bytes");
        }
    }
}
