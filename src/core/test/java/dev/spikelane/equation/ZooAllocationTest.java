package dev.spikelane.equation;

import static dev.spikelane.Allocations.assertNone;

import dev.spikelane.Alone;
import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compiled steps of all neurons of the zoo do not allocate. */
@Alone
@EveryWidth
@Users
final class ZooAllocationTest {

    private static final int STEPS = 20;
    private static final int NEURONS = 300;

    private static List<String> names() {
        return Tries.beforeTheNight(3, Zoo.NAMES);
    }

    @ParameterizedTest
    @MethodSource("names")
    void stepsAllocateNothing(String name) {
        assertStepsAllocateNothing(EquationNeuron.of(Zoo.text(name)));
    }

    private static List<String> withRows() {
        return Tries.beforeTheNight(3, List.of("adaptive-exponential", "iaf-psc-alpha", "adaptive-threshold"));
    }

    /** Parameters are rows. */
    @ParameterizedTest
    @MethodSource("withRows")
    void stepsOfNeuronsWithParametersOfTheirOwnAllocateNothing(String name) {
        EquationNeuron model = EquationNeuron.of(Zoo.text(name));
        for (String parameter : model.parameters().keySet()) {
            double[] values = new double[NEURONS];
            Arrays.fill(values, model.parameters().get(parameter).values()[0]);
            model = model.with(parameter, values);
        }
        assertStepsAllocateNothing(model);
    }

    private static void assertStepsAllocateNothing(EquationNeuron model) {
        Arena arena = Arena.ofAuto();
        boolean fed = model.ports().size() > 1;
        NeuronGroup group = fed ? model.bindPorts(arena, NEURONS) : model.bind(arena, NEURONS);
        NeuronState state = group.newState(arena, 1);
        FloatMatrix currents = Matrices.uniform(arena, STEPS, NEURONS, new Random(1));
        FloatMatrix feedback = Matrices.uniform(arena, STEPS, NEURONS, new Random(2));
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, NEURONS);
        List<FloatMatrix> entering = fed ? List.of(currents, feedback) : List.of(currents);
        assertNone(30, () -> group.run(entering, state, spikes));
    }
}
