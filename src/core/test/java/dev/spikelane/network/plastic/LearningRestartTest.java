package dev.spikelane.network.plastic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Learning;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second process continues the learning of the first: equal weights, and garbage freezes them at an equal step. */
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
            String declared = LearningStream.declared(simulation, learning);
            String last = printed.strip().lines().toList().getLast();
            assertEquals(declared.substring(declared.indexOf("drift")), last.substring(last.indexOf("drift")));
        }
    }

    /** A second process continues from any state of a killed process as the first would have. */
    @Test
    void learningGoesOnWhereAProcessWasKilled(@TempDir Path folder) throws IOException, InterruptedException {
        Path state = folder.resolve("state.spks");
        Process process = OwnJvm.start(List.of(), KilledLearning.class, state.toString());
        try (BufferedReader declared = process.inputReader()) {
            String line = "0";
            while (line != null && line.matches("\\d+|WARNING.*") && !line.equals("" + 7 * KilledLearning.EVERY)) {
                line = declared.readLine();
            }
            assertEquals("" + 7 * KilledLearning.EVERY, line);
        } finally {
            process.destroyForcibly().waitFor();
        }
        Network network = KilledLearning.network();
        try (Simulation whole = network.simulate(KilledLearning.BATCH);
                Simulation rest = network.simulate(KilledLearning.BATCH, 2)) {
            rest.restore(SimulationState.of(Files.readAllBytes(state)));
            int left = (int) rest.steps();
            assertTrue(left >= 7 * KilledLearning.EVERY, left + " steps");
            KilledLearning.run(rest, 2 * KilledLearning.EVERY);
            KilledLearning.run(whole, left);
            assertArrayEquals(Files.readAllBytes(state), whole.snapshot().toBytes());
            Map<String, float[]> before = new HashMap<>();
            for (String each : List.of("x-maps.weight", "maps-all.weight", "all-all.weight", "all-all.e")) {
                before.put(each, whole.plasticWeights().get(each).toArray());
            }
            KilledLearning.run(whole, 2 * KilledLearning.EVERY);
            assertArrayEquals(whole.snapshot().toBytes(), rest.snapshot().toBytes());
            before.forEach((name, values) -> assertFalse(
                    Arrays.equals(values, whole.plasticWeights().get(name).toArray()), name));
        }
    }
}
