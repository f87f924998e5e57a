package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.graph.RandomGraph;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Model files restore any network. */
final class ModelFileProperties extends KernelCase {

    private static final int BATCH = 2;
    private static final int STEPS = 9;

    private static Path file = Path.of("");

    @BeforeContainer
    static void makeFolder() throws IOException {
        file = Files.createTempDirectory("spikelane").resolve("model.safetensors");
    }

    @AfterContainer
    static void deleteFolder() throws IOException {
        Files.deleteIfExists(file);
        Files.delete(file.getParent());
    }

    @FewerTries(fullWidth = 4)
    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void graphsComeBackBitForBit(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        RandomGraph graph = random.nextBoolean()
                ? RandomGraph.ruled(arena, BATCH, STEPS, seed)
                : new RandomGraph(arena, BATCH, STEPS, seed);
        learn(graph.network, arena, random);
        ModelFile.write(file, graph.network);
        byte[] bytes = Files.readAllBytes(file);
        Network read = switch (random.nextInt(3)) {
            case 0 -> ModelFile.read(file);
            case 1 -> ModelFile.read("stream", new ByteArrayInputStream(bytes));
            default -> ModelFile.of(ModelFile.toBytes(graph.network));
        };
        assertEquals(graph.network.toString(), read.toString());
        assertEquals(graph.network.inputs(), read.inputs());
        assertEquals(fingerprint(graph.network), fingerprint(read));
        assertEquals(graph.network.weights().names(), read.weights().names());
        assertEquals(graph.network.weights().hash(), read.weights().hash());
        ModelFile.write(file, read);
        assertArrayEquals(bytes, Files.readAllBytes(file), "the same file again");
        goesOn(graph, read);
    }

    private static long fingerprint(Network network) {
        return NetworkFingerprint.of(network.laidOut().description());
    }

    /** Changes some parameters from their declared values. */
    private static void learn(Network network, Arena arena, Random random) {
        for (Population population : network.populations()) {
            for (String parameter : population.neuron().parameters().keySet()) {
                String name = population.name() + "." + parameter;
                boolean unbound = !network.weights().names().contains(name);
                if (unbound || !parameter.equals("threshold") || random.nextBoolean()) {
                    continue;
                }
                int columns = random.nextBoolean() ? 1 : population.size();
                FloatMatrix values = Matrices.uniform(arena, 1, columns, random);
                values.set(0, 0, -0.0f);
                network.weights().replace(name, values);
            }
        }
    }

    /** The read network continues a run of the other one equally. */
    private static void goesOn(RandomGraph graph, Network read) {
        try (Simulation written = graph.network.simulate(BATCH);
                Simulation other = read.simulate(BATCH)) {
            written.run(graph.inputs);
            other.restore(SimulationState.of(written.snapshot().toBytes()));
            if (read.projections().stream().noneMatch(each -> each.plasticity().isRule())) { // resets keep weights
                written.reset();
                other.run(graph.inputs);
                other.reset();
            }
            written.run(graph.inputs);
            other.run(graph.inputs);
            assertArrayEquals(written.snapshot().toBytes(), other.snapshot().toBytes());
        }
    }
}
