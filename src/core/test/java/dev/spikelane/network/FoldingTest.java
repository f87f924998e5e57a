package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batch norms are folded into the weights before them, with a report. */
@EveryWidth
class FoldingTest {

    private static final int BATCH = 6;
    private static final int STEPS = 4;
    private static final Shape MAPS = Shape.of(3, 2, 4);

    /** Silent neurons whose membranes are their currents. */
    private static final Leaky SUM = new Leaky(0f).withThreshold(1e30f).withReset(Reset.NONE);

    private static Network network(Connection... path) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", MAPS);
        Population m = builder.population("m", MAPS, SUM);
        Population q = builder.population("q", Shape.of(5), SUM);
        builder.project("x-m", x, m, path);
        builder.project(
                "m-q",
                m.variable("membrane"),
                q,
                new Recurrent(uniform(7, MAPS.size()), uniform(1, 7)),
                OneToOne.scale(0.5f),
                Dense.linear(7, 5, new TorchRandom(2)),
                BatchNorm.of(5),
                BatchNorm.td(5, 1, 0.5).withoutAffine());
        Network network = builder.build();
        for (String name : network.weights().names()) {
            int columns = network.weights().get(name).columns();
            if (name.endsWith("running_var")) {
                FloatMatrix variance = uniform(1, columns);
                for (int i = 0; i < columns; i++) {
                    variance.set(0, i, 0.5f + Math.abs(variance.get(0, i)));
                }
                network.weights().replace(name, variance);
            } else if (name.contains("-") && network.weights().type(name) == ElementType.FLOAT32) {
                network.weights()
                        .replace(name, uniform(network.weights().get(name).rows(), columns));
            }
        }
        return network;
    }

    private static FloatMatrix uniform(int rows, int columns) {
        return Matrices.uniform(Arena.ofAuto(), rows, columns, new Random(31L * rows + columns));
    }

    private static float[] membranes(Network network) {
        try (Simulation simulation = network.simulate(BATCH)) {
            simulation.run(uniform(STEPS * BATCH, MAPS.size()));
            return simulation.state("q").membrane().toArray();
        }
    }

    @Test
    void makesTheSameCurrentsButForRounding() {
        FloatMatrix weights = uniform(MAPS.size(), MAPS.size());
        Network network = network(new OneToOne(2), new Recurrent(weights, uniform(1, MAPS.size())), BatchNorm.of(3));
        network.weights().replace("q.beta", FloatMatrix.vector(0.25f));
        long before = network.weights().hash();
        Network.Folded folded = network.folded();
        assertEquals(before, network.weights().hash());
        assertTrue(folded.network().projections().stream()
                .flatMap(projection -> projection.path().stream())
                .noneMatch(BatchNorm.class::isInstance));
        assertClose(membranes(network), membranes(folded.network()));
        assertEquals(
                List.of("x-m.1.weight", "x-m.1.bias", "m-q.2.weight", "m-q.2.bias"),
                folded.changes().stream().map(Network.FoldedValues::name).toList());
        Network.FoldedValues first = folded.changes().getFirst();
        FloatMatrix old = network.weights().get("x-m.1.weight");
        FloatMatrix present = folded.network().weights().get("x-m.1.weight");
        double largest = 0;
        for (int i = 0; i < old.rows(); i++) {
            for (int j = 0; j < old.columns(); j++) {
                largest = Math.max(largest, Math.abs((double) old.get(i, j) - present.get(i, j)));
            }
        }
        assertEquals(largest, first.largestDifference());
        assertEquals(MAPS.size() * MAPS.size(), first.count());
        assertTrue(folded.toString().startsWith("'x-m.1.weight': 576 of 576 values have other bits"), folded::toString);
        assertEquals(
                ElementType.INT8,
                folded.network().quantized(ElementType.INT8).weights().type("m-q.2.weight"));
    }

    /** A convolution without a bias gets one. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void convolutionsTakeThemToo(boolean biased) {
        FloatMatrix weights = uniform(3, 3 * 9);
        Kernel kernel = Kernel.of(3).withPadding(1);
        Convolution convolution =
                biased ? Convolution.of(kernel, weights, uniform(1, 3)) : Convolution.of(kernel, weights);
        Network network = network(convolution, BatchNorm.of(3));
        Network.Folded folded = network.folded();
        assertClose(membranes(network), membranes(folded.network()));
        assertEquals("x-m.weight", folded.changes().getFirst().name());
        assertEquals("x-m.bias", folded.changes().get(1).name());
        assertEquals(3, folded.changes().get(1).count());
    }

    private static void assertClose(float[] expected, float[] made) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], made[i], 2e-5 * (1 + Math.abs(expected[i])), "neuron " + i);
        }
    }

    @Test
    void refusesWhatHasNoWeights() {
        Network network = network(new OneToOne(2), BatchNorm.of(3));
        assertInvalid(
                "projection 'x-m': batch norm 3 stands behind one to one, expected one behind weights and a bias that"
                        + " can take it",
                network::folded);
        Network stepped = network(
                new Recurrent(uniform(MAPS.size(), MAPS.size()), uniform(1, MAPS.size())), BatchNorm.tt(3, STEPS));
        assertInvalid(
                "projection 'x-m': batch norm 3 of 4 steps has other values in each step, expected one behind weights"
                        + " and a bias that can take it",
                stepped::folded);
    }
}
