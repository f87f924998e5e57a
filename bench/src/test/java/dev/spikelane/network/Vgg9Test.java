package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class Vgg9Test {

    @Test
    void layersFireAsThoseOfATrainedNetwork() {
        Vgg9 vgg = new Vgg9(false);
        try (Simulation simulation = vgg.network.simulate(Vgg9.BATCH)) {
            List<SpikeCounts> counts = IntStream.range(
                            0, vgg.network.populations().size())
                    .mapToObj(simulation::countSpikes)
                    .toList();
            simulation.runConstant(vgg.images, Vgg9.STEPS);
            counts.forEach(layer -> assertEquals(0.1, layer.density(), 0.015));
        }
    }

    @Test
    void trainsInHalfAGigabyte() {
        long bytes = Trainer.of(new Vgg9(true).network, Vgg9.STEPS, Vgg9.BATCH)
                .loss(CrossEntropyLoss.rate())
                .bytes();
        assertTrue(bytes < 600_000_000, bytes + " bytes");
    }
}
