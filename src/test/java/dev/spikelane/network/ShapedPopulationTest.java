package dev.spikelane.network;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.Matrices;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whoever arranges neurons in maps sees torch's order alone. */
final class ShapedPopulationTest {

    private static final Shape MAPS = Shape.of(2, 3, 3);

    @Test
    void weightsFromAllToAllAreInTorchOrder() {
        Random random = new Random(1);
        int size = MAPS.size();
        FloatMatrix weights = FloatMatrix.zeros(size, size);
        for (int i = 0; i < size * size; i++) {
            weights.set(i / size, i % size, (random.nextInt(9) - 4) / 8f); // sums of which are exact in any order
        }
        Recurrence recurrence = Recurrence.allToAll(weights);
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), 20, size, 0.5, random);
        assertSameBits(membranes(Shape.of(size), recurrence, input), membranes(MAPS, recurrence, input), "membranes");
    }

    private static FloatMatrix membranes(Shape shape, Recurrence recurrence, SpikeMatrix input) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        Population maps = builder.population("maps", shape, new RLeaky(recurrence, 0.5f));
        builder.project("x-maps", x, maps);
        try (Simulation simulation = builder.build().simulate(1)) {
            VariableRecorder recorder = simulation.recordMembranes("maps", input.rows());
            simulation.run(input);
            return recorder.values();
        }
    }

    @Test
    void gatesNeedARowOfNeurons() {
        int size = MAPS.size();
        SLstm model = new SLstm(FloatMatrix.zeros(4 * size, size), FloatMatrix.zeros(1, 4 * size), 0.5f);
        assertMessage(
                IllegalArgumentException.class,
                "population 'cells' has the shape [2 x 3 x 3], expected a row of neurons, such as [18], for " + model,
                () -> Network.builder().population("cells", MAPS, model));
    }
}
