package dev.spikelane.network;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Allowed but suspicious options cause one notice for each network, not for each simulation. */
@EveryWidth
final class NetworkNoticesTest {

    private final TorchRandom random = new TorchRandom(1);

    @Test
    void denseBehindDenseIsTold() {
        Network network = Networks.of(8, dense(5, new Leaky(0.9), Dense.linear(5, 3, random)));
        assertEquals(
                List.of("projection 'fc1' has 'dense 8 -> 5' and 'dense 5 -> 3' without neurons between them: together"
                        + " they are one linear map; call neuron() behind each, or use one dense connection"),
                network.notices());
    }

    @Test
    void aBetaOutsideOfZeroToOneIsTold() {
        Network network = Networks.of(random, 8, dense(2, new Leaky(0.9, 95)), dense(3, new DeltaLeaky(-0.5f)));
        assertEquals(
                List.of(
                        "population 'lif1' has the beta 95.0 for neuron 1, expected 0 to 1, the share that is left after"
                                + " a step: it counts as 1, as in snnTorch",
                        "population 'lif2' has the beta -0.5, expected 0 to 1, the share that is left after a step: this"
                                + " model does not limit it, and its membrane may grow without bound"),
                network.notices());
    }

    @Test
    void aPlainNetworkHasNone() {
        Network network = Networks.of(8, dense(5, new Leaky(0), BatchNorm.of(5)), dense(3, new Leaky(1)));
        assertEquals(List.of(), network.notices());
    }
}
