package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Source;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All texts of a network have one time step, unless the builder allows several. */
@EveryWidth
final class TimeStepTest {

    private static final String FALLING = """
            param tau [ms] = 20, dt [%s] = %s
            state v
            input current
            dv/dt = (current - v) / tau : euler
            spike v > 1
            """;

    private static final String MIXED =
            "population 'source' has a time step of 1.0 ms and population 'cells' one of" + " 0.1 ms";

    private static NetworkBuilder network(NetworkBuilder builder, EquationNeuron source, EquationNeuron cells) {
        Population from = builder.population("source", Shape.of(3), source);
        Population to = builder.population("cells", Shape.of(2), cells);
        return builder.project("source-cells", from, to, Dense.linear(3, 2, new TorchRandom(1)));
    }

    private static EquationNeuron falling(String unit, String step) {
        return EquationNeuron.of(FALLING.formatted(unit, step));
    }

    private static float step(Network network, int population) {
        return network.populations()
                .get(population)
                .neuron()
                .parameters()
                .get("dt")
                .value(0);
    }

    @Test
    void textsWithDifferentStepsAreRefused(@TempDir Path folder) throws IOException {
        NetworkBuilder mixed = network(Network.builder(), Source.poisson(500, 1), falling("ms", "0.1"));
        assertInvalid(
                MIXED + ", expected one for all texts: timeStep() of the builder sets it, mixedTimeSteps() allows"
                        + " several",
                mixed::build);
        Network allowed = mixed.mixedTimeSteps().build();
        assertTrue(
                allowed.notices().getFirst().startsWith(MIXED + ": "),
                allowed.notices().toString());
        Path file = folder.resolve("mixed.safetensors");
        ModelFile.write(file, allowed);
        assertEquals(allowed.notices(), ModelFile.read(file).notices());
    }

    @Test
    void aRuleHasTheStepOfTheNeurons() {
        NetworkBuilder mixed = network(Network.builder(), Source.poisson(500, 0.1), falling("ms", "0.1"))
                .plastic(Plasticity.pairStdp());
        assertStart(
                "population 'source' has a time step of 0.1 ms and the rule of projection"
                        + " 'source-cells' one of 1.0 ms",
                mixed::build);
        Network one = network(Network.builder().timeStep(0.1), Source.poisson(500, 0.1), falling("ms", "1"))
                .plastic(Plasticity.pairStdp())
                .build();
        assertEquals(
                0.1f, one.projections().getFirst().plasticity().parameters().get("dt"));
        assertEquals(0.1f, step(one, 1));
        assertEquals(List.of(), one.notices());
    }

    @ParameterizedTest
    @CsvSource({"s, 0.0001", "ms, 0.1", "us, 100"})
    void unitsAreConverted(String unit, float step) {
        network(Network.builder(), Source.poisson(500, 0.1), falling(unit, String.valueOf(step)))
                .build();
        Network set = network(Network.builder().timeStep(0.1), Source.poisson(500), falling(unit, "1"))
                .build();
        assertEquals(step, step(set, 1));
        assertEquals(0.1f, step(set, 0));
    }

    @Test
    void anExplicitStepStays() {
        EquationNeuron explicit = falling("ms", "0.1").with("dt", 1);
        NetworkBuilder builder = network(Network.builder().timeStep(0.1), Source.poisson(500), explicit);
        assertThrows(IllegalArgumentException.class, builder::build);
        Network mixed = builder.mixedTimeSteps().build();
        assertEquals(0.1f, step(mixed, 0));
        assertEquals(1, step(mixed, 1));
        assertThrows(IllegalStateException.class, () -> builder.timeStep(0.1));
        assertThrows(IllegalArgumentException.class, () -> Network.builder().timeStep(0));
    }

    /** A population learns one delay for each neuron, or one with shared(); files store the network's values. */
    @Test
    void delaysAreThoseOfNeurons(@TempDir Path folder) throws IOException {
        for (EquationNeuron delays : List.of(EquationNeuron.delay(25), EquationNeuron.delay(3, 1))) {
            Network own = network(Network.builder(), Source.poisson(500), delays.with("delay", 2))
                    .build();
            assertArrayEquals(
                    new float[] {2, 2}, own.weights().get("cells.delay").toArray());
            Network shared = network(Network.builder(), Source.poisson(500), delays.shared())
                    .build();
            assertArrayEquals(
                    new float[] {1}, shared.weights().get("cells.delay").toArray());
            Path file = folder.resolve("shared.safetensors");
            ModelFile.write(file, shared);
            assertEquals(shared.populations(), ModelFile.read(file).populations());
        }
    }

    /** Recorders, sources of projections and rules find the membrane by its name in the text. */
    @Test
    void theMembraneHasTheNameOfItsTextToo() {
        NetworkBuilder builder = Network.builder();
        Population cells = builder.population("cells", Shape.of(2), falling("ms", "1"));
        builder.project("x", builder.input("in", Shape.of(3)), cells, Dense.linear(3, 2, new TorchRandom(1)))
                .plastic(Plasticity.of("reads post v\nstate post u\neach step\nu = v\non pre\nw += u"));
        assertEquals(cells.variable("membrane"), cells.variable("v"));
        try (Simulation simulation = builder.build().simulate(1)) {
            FloatMatrix membranes = simulation.recordMembranes("cells", 1).values();
            FloatMatrix before = simulation.recordBeforeReset("cells", "v", 1).values();
            FloatMatrix after = simulation.record("cells", "v", 1).values();
            simulation.step(SpikeMatrix.copyOf(1, 3, new byte[] {1, 1, 1}));
            assertArrayEquals(membranes.toArray(), after.toArray());
            assertArrayEquals(membranes.toArray(), before.toArray());
            assertArrayEquals(membranes.toArray(), simulation.trace("x", "u").toArray());
        }
    }
}
