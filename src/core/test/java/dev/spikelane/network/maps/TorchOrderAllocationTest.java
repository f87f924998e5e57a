package dev.spikelane.network.maps;

import dev.spikelane.Allocations;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.train.Gradients;
import org.junit.jupiter.api.Test;

/** Maps are copied for callers into reused memory. */
final class TorchOrderAllocationTest {

    @Test
    void nothingIsAllocatedForMaps() {
        Network network = TorchOrderTest.network(TorchOrderTest.MAPS);
        try (Gradients gradients = TorchOrderTest.gradients(network);
                Simulation simulation = network.simulate(TorchOrderTest.BATCH)) {
            gradients.forward(TorchOrderTest.spikes());
            gradients.backward();
            Allocations.assertNone(100, () -> {
                gradients.spikes("second");
                gradients.values("second", "membrane");
                gradients.given("second");
                gradients.given("second", "membrane");
                gradients.observed("first");
                gradients.observed("second", "membrane");
                gradients.gradientOfInput("x");
                gradients.gradientOfState("first", "membrane");
                gradients.gradientOfPreviousSpikes("first");
                gradients.gradientOfPreviousSpikes("second");
                gradients.previousSpikes("second");
                gradients.state("first");
                simulation.state("first");
            });
        }
    }
}
