package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Simulations that nobody closes are freed with their threads once they are forgotten. What the C library keeps of freed memory for its next
 * allocations (glibc: some 270 MB after 200 simulations) is there before the count starts.
 */
final class ForgottenSimulationTest {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int SIMULATIONS = 200;
    private static final long MOST_LEFT_KB = 50_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void areFreed(int threads) throws IOException {
        Assumptions.assumeTrue(Files.isReadable(STATUS), "this system does not tell the memory of a process");
        Network network = Network.builder(784)
                .dense(1000, new TorchRandom(1))
                .neuron(new Leaky(0.99f))
                .build();
        SpikeMatrix input = SpikeMatrix.zeros(200, 784);
        run(network, input, threads, SIMULATIONS);
        long before = residentKilobytes();
        long threadsBefore = workers();
        for (int round = 0; round < 3; round++) {
            run(network, input, threads, SIMULATIONS);
        }
        long most = residentKilobytes();
        for (int tries = 0;
                tries < 20 && (residentKilobytes() - before > MOST_LEFT_KB || workers() > threadsBefore);
                tries++) {
            collect();
        }
        assertTrue(
                residentKilobytes() - before <= MOST_LEFT_KB,
                "from " + before + " kB to " + residentKilobytes() + " kB, with all " + most + " kB");
        assertTrue(workers() <= threadsBefore, "workers are left: " + workers() + ", before " + threadsBefore);
    }

    private static void run(Network network, SpikeMatrix input, int threads, int simulations) {
        for (int i = 0; i < simulations; i++) {
            run(network, input, threads);
        }
        collect();
        collect();
    }

    /** The observer knows the simulation, which must not keep it either. */
    private static void run(Network network, SpikeMatrix input, int threads) {
        Simulation simulation = network.simulate(1, threads);
        simulation.observe(0, (firstStep, steps, spikes, membranes) -> simulation.batch());
        simulation.run(input);
    }

    private static void collect() {
        System.gc();
        LockSupport.parkNanos(100_000_000);
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("spikelane-"))
                .count();
    }

    private static long residentKilobytes() throws IOException {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
    }
}
