package dev.spikelane.network.plastic;

import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Random;

/** Maps, dense weights and synapses with delays in a loop, which learn until this process is killed. */
final class KilledLearning {

    /** Steps between states. */
    static final int EVERY = 10;

    static final int BATCH = 2;
    private static final Shape SEEN = Shape.of(2, 5, 6);

    private KilledLearning() {}

    static Network network() {
        Leaky neuron = new Leaky(0.9f).withThreshold(0.3f);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", SEEN);
        Population maps = builder.population("maps", Shape.of(3, 5, 6), neuron);
        Population all = builder.population("all", Shape.of(70), neuron);
        Convolution edges = Convolution.of(2, 3, Kernel.of(3).withPadding(1), new TorchRandom(1));
        builder.project("x-maps", x, maps, edges)
                .plastic(Plasticity.pairStdp().with(Map.of("least", -1.0, "up", 2e-4, "down", 2e-4)))
                .delay(1);
        builder.project("maps-all", maps, all, new Flatten(), Dense.linear(90, 70, new TorchRandom(2)))
                .plastic(Plasticity.tripletStdp().with("least", -1));
        Sparse sparse = Sparse.of(Connectivity.outDegree(9))
                .weights(Distribution.uniform(0, 0.2))
                .delays(Distribution.uniform(1, 7));
        builder.project("all-all", all, all, sparse)
                .plastic(Plasticity.mstdpet().with("reward", 0.01));
        return builder.build();
    }

    static void run(Simulation simulation, int steps) {
        SpikeMatrix input = SpikeMatrix.zeros(BATCH, SEEN.size());
        for (int i = 0; i < steps; i++) {
            Random random = new Random(simulation.steps());
            for (int k = 0; k < BATCH * SEEN.size(); k++) {
                input.set(k % BATCH, k / BATCH, random.nextInt(5) == 0);
            }
            simulation.run(input);
        }
    }

    /** Writes a state after every {@link #EVERY} steps, and prints the steps. */
    public static void main(String[] arguments) throws IOException {
        Path state = Path.of(arguments[0]);
        Path next = state.resolveSibling("next.spks");
        try (Simulation simulation = network().simulate(BATCH)) {
            while (true) {
                run(simulation, EVERY);
                Files.write(next, simulation.snapshot().toBytes());
                Files.move(next, state, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                System.out.println(simulation.steps());
            }
        }
    }
}
