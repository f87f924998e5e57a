package dev.spikelane.network.memory;

import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Runs 200 simulations and drops them. Prints the resident kilobytes before, with all of them and after a collection,
 * and the remaining workers.
 */
final class ForgottenSimulationsMain {

    static final Path STATUS = Path.of("/proc/self/status");
    private static final int SIMULATIONS = 200;
    private static final int MOST_COLLECTIONS = 100;
    static final long MOST_LEFT_KB = 50_000;

    private ForgottenSimulationsMain() {}

    public static void main(String[] arguments) throws IOException {
        int threads = Integer.parseInt(arguments[0]);
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.99f), 784, 1000);
        SpikeMatrix input = SpikeMatrix.zeros(200, 784);
        run(network, input, threads);
        long before = residentKilobytes();
        long most = before;
        for (int i = 0; i < SIMULATIONS; i++) {
            run(network, input, threads);
            most = Math.max(most, residentKilobytes());
        }
        // The worker of the first simulation may live until a collection; the C library trims its heap now and then.
        for (int i = 0; i < MOST_COLLECTIONS && (workers() > 0 || residentKilobytes() - before > MOST_LEFT_KB); i++) {
            System.gc();
            LockSupport.parkNanos(100_000_000);
        }
        System.out.println(before);
        System.out.println(most);
        System.out.println(residentKilobytes());
        System.out.println(workers());
    }

    /** The observer refers to the simulation, but must not keep it alive. */
    private static void run(Network network, SpikeMatrix input, int threads) {
        Simulation simulation = network.simulate(1, threads);
        simulation.observe(0, (firstStep, steps, spikes, membranes) -> simulation.batch());
        simulation.run(input);
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
