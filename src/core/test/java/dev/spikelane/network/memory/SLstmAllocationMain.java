package dev.spikelane.network.memory;

import static dev.spikelane.Allocations.assertNone;
import static dev.spikelane.fixture.Layer.by;

import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.SLstm;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;

/** Runs cells alone and in a network, in a given order, which C2 sees. */
final class SLstmAllocationMain {

    private static final int CELLS = 70;
    private static final int CALLS = 200;

    private SLstmAllocationMain() {}

    /**
     * @param order {@code single} or {@code network} first. Fails unless both stop allocating.
     */
    public static void main(String[] order) {
        Random random = new Random(1);
        Arena arena = Arena.ofAuto();
        SLstm model = new SLstm(
                Matrices.uniform(arena, 4 * CELLS, CELLS, random), Matrices.uniform(arena, 1, 4 * CELLS, random), 0.1f);
        NeuronGroup group = model.bind(arena, 4 * CELLS);
        NeuronState state = group.newState(arena, 1);
        List<FloatMatrix> current = List.of(Matrices.uniform(arena, 1, 4 * CELLS, random));
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, CELLS);
        Network network = Networks.of(100, by(Dense.of(arena, Matrices.uniform(arena, 4 * CELLS, 100, random)), model));
        SpikeMatrix input = Matrices.spikes(arena, 1, 100, 0.4, random);
        try (Simulation simulation = network.simulate(1)) {
            Runnable single = () -> group.run(current, state, spikes);
            Runnable step = () -> simulation.step(input);
            boolean singleFirst = order[0].equals("single");
            assertNone(CALLS, singleFirst ? single : step);
            assertNone(CALLS, singleFirst ? step : single);
            assertNone(CALLS, singleFirst ? single : step);
        }
    }
}
