package dev.spikelane.model;

import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Margins computed by hand. */
final class ThresholdMarginsTest {

    private static Network network(float weight) {
        return Networks.of(1, by(Dense.of(FloatMatrix.vector(weight)), new Leaky(0.5)));
    }

    /** Membranes 0.75, 1.125, then the threshold of 1 is subtracted. */
    @Test
    void theClosestMembraneIsFound() {
        SpikeMatrix input = SpikeMatrix.zeros(2, 1);
        input.set(0, 0, true);
        input.set(1, 0, true);
        ThresholdMargins.Row row = ThresholdMargins.of(network(.75f), network(.75f), Map.of("input", input), 1)
                .populations()
                .getFirst();
        assertEquals(new ThresholdMargins.Row("lif1", 2, .125, 1, 0, 0, 0, 0, -1), row);
    }

    /** 0.625 makes 0.9375, which does not fire: 0.1875 apart, and 0.125 from the threshold. */
    @Test
    void aSpikeThatDiffersIsFound() {
        SpikeMatrix input = SpikeMatrix.zeros(3, 1);
        input.set(0, 0, true);
        input.set(1, 0, true);
        ThresholdMargins margins = ThresholdMargins.of(network(.75f), network(.625f), Map.of("input", input), 1);
        assertEquals(
                new ThresholdMargins.Row("lif1", 3, .125, 1, 0, .1875, 1, 1, 1),
                margins.populations().getFirst());
        assertFalse(margins.populations().getFirst().toString().isEmpty());
    }

    @Test
    void integersAreComparedWithFloats() throws IOException {
        Network network =
                Networks.of(new TorchRandom(3), Shape.of(40), dense(30, new Leaky(0.9)), dense(10, new Leaky(0.9)));
        SpikeMatrix input = SpikeMatrix.zeros(50, 40);
        for (int i = 0; i < 50 * 40; i += 3) {
            input.set(i / 40, i % 40, true);
        }
        ThresholdMargins margins =
                ThresholdMargins.of(network, network.quantized(ElementType.INT8), Map.of("input", input), 2);
        assertEquals(2, margins.populations().size());
        assertTrue(margins.populations().getFirst().difference() > 0);
        assertEquals(2, new ObjectMapper().readTree(margins.json()).size());
    }
}
