package dev.spikelane.cli.network;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Continues a run from files of its network and state, and prints the spikes. */
final class RestartMain {

    /** Steps before and after the end of a process. */
    static final int STEPS = 150;

    private RestartMain() {}

    public static void main(String[] arguments) throws IOException {
        Network network = ModelFile.read(Path.of(arguments[0]));
        try (Simulation simulation = network.simulate(1, 2)) {
            simulation.restore(SimulationState.of(Files.readAllBytes(Path.of(arguments[1]))));
            System.out.println(fired(network, simulation));
        }
    }

    /** Runs the second half; returns the numbers and neurons of spikes. */
    static String fired(Network network, Simulation simulation) {
        List<Population.SpikeRecorder> recorders = new ArrayList<>();
        for (Population each : network.populations()) {
            recorders.add(simulation.recordSpikes(each.name(), 2 * STEPS));
        }
        simulation.run(STEPS);
        StringBuilder declared = new StringBuilder();
        for (Population.SpikeRecorder each : recorders) {
            SpikeMatrix spikes = each.spikes().rows(STEPS, STEPS);
            declared.append(spikes.count(0, STEPS))
                    .append(" spikes ")
                    .append(Arrays.hashCode(spikes.toArray()))
                    .append(", ");
        }
        return declared.toString();
    }
}
