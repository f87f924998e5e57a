package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class Vgg9Test {

    @Test
    void layersFireAsThoseOfATrainedNetwork() {
        Vgg9 vgg = new Vgg9(false);
        try (Simulation simulation = vgg.network.simulate(Vgg9.BATCH)) {
            List<SpikeCounts> counts = IntStream.range(0, vgg.network.populations().size())
                    .mapToObj(simulation::countSpikes)
                    .toList();
            simulation.runConstant(vgg.images, Vgg9.STEPS);
            counts.forEach(layer -> assertEquals(0.1, layer.density(), 0.015));
        }
    }
}
