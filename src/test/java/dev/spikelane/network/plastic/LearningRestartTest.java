package dev.spikelane.network.plastic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Learning;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that learns ends, and another one goes on: the same weights, and garbage freezes them at the same step. */
@Users
final class LearningRestartTest {

    @Test
    void learningGoesOnInAnotherProcess(@TempDir Path folder) throws IOException, InterruptedException {
        Path model = folder.resolve("model.safetensors");
        Path state = folder.resolve("state.spks");
        Network network = LearningStream.network();
        ModelFile.write(model, network);
        try (Simulation simulation = network.simulate(2)) {
            Learning learning = LearningStream.learning(simulation);
            LearningStream.run(simulation, 0, LearningStream.GOOD);
            Files.write(state, simulation.snapshot().toBytes());
            String printed = OwnJvm.run(LearningStream.class, model.toString(), state.toString());
            LearningStream.run(simulation, LearningStream.GOOD, LearningStream.STEPS - LearningStream.GOOD);
            assertTrue(learning.isFrozen());
            String said = LearningStream.said(simulation, learning);
            String last = printed.strip().lines().toList().getLast();
            assertEquals(said.substring(said.indexOf("drift")), last.substring(last.indexOf("drift")));
        }
    }
}
