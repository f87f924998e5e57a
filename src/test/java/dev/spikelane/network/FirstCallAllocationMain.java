package dev.spikelane.network;

import com.sun.management.ThreadMXBean;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import java.lang.management.ManagementFactory;

/** Prints the bytes that the first call behind a warm-up allocates. */
final class FirstCallAllocationMain {

    private FirstCallAllocationMain() {}

    public static void main(String[] arguments) {
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
            System.out.println(bytes);
        }
    }
}
