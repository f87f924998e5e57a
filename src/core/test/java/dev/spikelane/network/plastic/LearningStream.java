package dev.spikelane.network.plastic;

import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Learning;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Two layers that learn from a stream with some garbage; a second process continues from their files. */
final class LearningStream {

    static final int EVERY = 20;
    static final int INPUTS = 30;
    /** Garbage follows after these steps, and freezes learning at the second snapshot. */
    static final int GOOD = 4 * EVERY;

    static final int STEPS = 10 * EVERY;

    private static final String GROWING = """
            rule Growing
            param up = 0.00006, down = 0.00003, tau = 20
            state synapse e
            trace pre x tau = tau
            on pre
            w += -down
            on post
            w += up * x
            e += 1
            each step
            e = 0.9 * e
            bounds -1e3, 1e3
            """;

    private LearningStream() {}

    static Network network() {
        TorchRandom random = new TorchRandom(1);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Leaky neuron = new Leaky(0.9f).withThreshold(0.1f);
        Population a = builder.population("a", Shape.of(70), neuron);
        Population b = builder.population("b", Shape.of(5), neuron);
        Plasticity rule = Plasticity.of(GROWING);
        builder.project("x-a", x, a, Dense.linear(INPUTS, 70, random)).plastic(rule);
        builder.project("a-b", a, b, Dense.linear(70, 5, random)).plastic(rule);
        return builder.build();
    }

    /** Starts learning with a limit that good input respects. */
    static Learning learning(Simulation simulation) {
        return simulation.learning(EVERY, 3, 0.4);
    }

    static void run(Simulation simulation, int first, int steps) {
        int batch = simulation.batch();
        SpikeMatrix input = SpikeMatrix.zeros(steps * batch, INPUTS);
        for (int step = first; step < first + steps; step++) {
            Random random = new Random(step);
            boolean garbage = step >= GOOD + EVERY / 2;
            for (int row = (step - first) * batch; row < (step - first + 1) * batch; row++) {
                for (int column = 0; column < INPUTS; column++) {
                    input.set(row, column, random.nextDouble() < (garbage ? 0.9 : 0.1));
                }
            }
        }
        simulation.run(input);
    }

    static String declared(Simulation simulation, Learning learning) {
        return learning + " " + learning.drift() + " " + simulation.snapshot().hashCode() + " "
                + simulation.plasticWeights().hash();
    }

    public static void main(String[] arguments) throws IOException {
        Network network = ModelFile.read(Path.of(arguments[0]));
        try (Simulation simulation = network.simulate(2, 2)) {
            Learning learning = learning(simulation);
            simulation.restore(SimulationState.of(Files.readAllBytes(Path.of(arguments[1]))));
            run(simulation, GOOD, STEPS - GOOD);
            System.out.println(declared(simulation, learning));
        }
    }

    static List<String> names() {
        return List.of("x-a.weight", "x-a.bias", "x-a.e", "a-b.weight", "a-b.bias", "a-b.e");
    }
}
