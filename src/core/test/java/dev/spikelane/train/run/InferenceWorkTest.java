package dev.spikelane.train.run;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations of all kinds of connections. */
final class InferenceWorkTest {

    private static final Dense DENSE = Dense.linear(5, 3, new TorchRandom(1));

    private static void assertFull(Connection connection) {
        Network network = Networks.of(5, by(OneToOne.scale(2), new Leaky(0.9f), connection, new OneToOne(1)));
        assertArrayEquals(new int[] {3}, network.projections().getFirst().fanOut(), connection.toString());
        assertEquals(5 + 15 + 3, InferenceWork.dense(network), connection.toString());
    }

    @Test
    void fullConnectionsReachAllOutputs() {
        for (Connection each :
                List.of(DENSE, DENSE.nearest(ElementType.INT8), new Recurrent(DENSE.weights(), DENSE.bias()))) {
            assertFull(each);
        }
    }

    @Test
    void openBlasReachesAllOutputsToo() {
        assumeTrue(OpenBlas.isAvailable());
        assertFull(DENSE.byOpenBlas());
    }

    @Test
    void othersReachOne() {
        Network network = Networks.of(5, by(OneToOne.scale(2), new Leaky(0.9f), new Flatten()));
        assertArrayEquals(new int[] {1}, network.projections().getFirst().fanOut());
        assertEquals(10, InferenceWork.dense(network));
    }

    /** Padding is no term, and edges have fewer windows. */
    @Test
    void convolutionsReachTheWindowsAround() {
        Network network = Network.builder(Shape.of(1, 2, 3))
                .connect(OneToOne.scale(2))
                .convolution(4, Kernel.of(2, 3).withPadding(0, 1), new TorchRandom(1))
                .neuron(new Leaky(0.9f))
                .build();
        int[] fanOut = network.projections().getFirst().fanOut();
        assertArrayEquals(new int[] {8, 12, 8, 8, 12, 8}, fanOut);
        assertEquals(6 + 56, InferenceWork.dense(network));
        SpikeMatrix spikes = SpikeMatrix.copyOf(2, 6, new byte[] {1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0});
        assertEquals(32, InferenceWork.reached(spikes, fanOut));
        assertEquals(20, InferenceWork.reached(FloatMatrix.vector(0, 0, 3, 0, -1, 0), fanOut));
        assertEquals(28, InferenceWork.reachedByCounts(FloatMatrix.vector(2, 1, 0, 0, 0, 0), fanOut));
    }
}
