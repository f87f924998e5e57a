package dev.spikelane.cli.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.spikelane.OwnJvm;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A second process continues a run from the network and state of the first, with the spikes of one process. */
@Users
final class RestartTest {

    static DoubleStream scales() {
        return Tries.ALL ? DoubleStream.of(0.05, 1) : DoubleStream.of(0.05);
    }

    @ParameterizedTest
    @MethodSource("scales")
    void microcircuitGoesOnInAnotherProcess(double scale, @TempDir Path folder)
            throws IOException, InterruptedException {
        Path model = folder.resolve("model.safetensors");
        Path state = folder.resolve("state.spks");
        String expected;
        Network network = Classics.microcircuit(scale, false, 1);
        try (Simulation simulation = network.simulate(1)) {
            simulation.run(RestartMain.STEPS);
            ModelFile.write(model, network);
            Files.write(state, simulation.snapshot().toBytes());
            expected = RestartMain.fired(network, simulation);
        }
        assertFalse(expected.contains(" 0 spikes"), expected);
        String printed = OwnJvm.run(RestartMain.class, model.toString(), state.toString());
        assertEquals(expected, printed.strip().lines().toList().getLast().strip() + " ", printed);
    }
}
