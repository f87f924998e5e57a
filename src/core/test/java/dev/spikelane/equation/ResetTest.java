package dev.spikelane.equation;

import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Initial states of equation neurons. */
@EveryWidth
final class ResetTest {

    private static Network cells() {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(3));
        Population cells = builder.population("cells", Shape.of(3), EquationNeuron.of("""
                param rest = -0.25
                state v = rest
                input current
                v = v + current
                spike v > 1
                reset v = rest
                """));
        builder.project("in", input, cells, new OneToOne(1));
        return builder.build();
    }

    private static FloatMatrix row(float... values) {
        return fill(FloatMatrix.zeros(1, values.length), i -> values[i]);
    }

    private static float[] membranes(Simulation simulation) {
        return simulation.state("cells").membrane().toArray();
    }

    /** A reset and a new simulation start equally with the current parameters; a running one keeps its state. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void beginsWithTheParametersOfNow(int values) {
        Network network = cells();
        FloatMatrix other = values == 1 ? row(-0.5f) : row(-0.5f, -1, -2);
        float[] expected = values == 1 ? new float[] {-0.5f, -0.5f, -0.5f} : new float[] {-0.5f, -1, -2};
        try (Simulation simulation = network.simulate(1);
                Simulation fork = simulation.fork()) {
            network.weights().replace("cells.rest", other);
            assertArrayEquals(new float[] {-0.25f, -0.25f, -0.25f}, membranes(simulation));
            simulation.reset();
            fork.reset();
            assertArrayEquals(expected, membranes(simulation));
            assertArrayEquals(expected, membranes(fork));
            try (Simulation fresh = network.simulate(1)) {
                assertArrayEquals(expected, membranes(fresh));
            }
        }
    }

    /** Also after a second change of parameters, and back. */
    @Test
    void followsEveryChange() {
        Network network = cells();
        try (Simulation simulation = network.simulate(1)) {
            for (float rest : new float[] {-0.5f, 0.125f, -0.25f}) {
                network.weights().replace("cells.rest", row(rest));
                simulation.reset();
                assertArrayEquals(new float[] {rest, rest, rest}, membranes(simulation));
            }
        }
    }

    /** States of other neurons do not change. */
    @Test
    void refusesStatesOfOthers() {
        Arena arena = Arena.ofAuto();
        EquationNeuron neuron = EquationNeuron.of("""
                state v = 2, w
                input current
                v = v + current - w
                spike v > 9
                """);
        NeuronGroup three = neuron.bind(arena, 3);
        NeuronState wider = neuron.bind(arena, 4).newState(arena, 2);
        NeuronState plain = new Leaky(0.9f).bind(arena, 3).newState(arena, 2);
        for (NeuronState other : List.of(wider, plain)) {
            float[] before = other.membrane().toArray();
            assertThrows(IllegalArgumentException.class, () -> three.reset(other));
            assertArrayEquals(before, other.membrane().toArray());
        }
        NeuronState own = three.newState(arena, 2);
        own.membrane().fill(5);
        three.reset(own);
        assertArrayEquals(new float[] {2, 2, 2, 2, 2, 2}, own.membrane().toArray());
    }
}
