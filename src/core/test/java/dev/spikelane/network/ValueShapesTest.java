package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Decay;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Lif;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values have torch's shapes, and are read and replaced as matrices. */
final class ValueShapesTest {

    private final Network network = Networks.dense(new TorchRandom(1), new Leaky(0.5, 0.75), 3, 2);

    private static FloatMatrix matrix(int rows, int columns) {
        return fill(FloatMatrix.zeros(rows, columns), i -> (i + 1) / 128f);
    }

    @Test
    void shapesAreThoseOfTorch() {
        Weights weights = network.weights();
        assertEquals(List.of(2, 3), weights.shape("fc1.weight"));
        assertEquals(List.of(2), weights.shape("fc1.bias"));
        assertEquals(List.of(2), weights.shape("lif1.beta"));
        assertEquals(List.of(), weights.shape("lif1.threshold"));
        weights.replace("lif1.threshold", matrix(1, 2));
        assertEquals(List.of(2), weights.shape("lif1.threshold"));
        assertInvalid("there are no values named 'no', expected one of " + weights.names(), () -> weights.shape("no"));
    }

    @Test
    void anyMatrixOfTheSameDimensionsReplaces() {
        Weights weights = network.weights();
        for (FloatMatrix form : List.of(matrix(2, 3), matrix(1, 6), matrix(6, 1))) {
            weights.replace("fc1.weight", FloatMatrix.zeros(2, 3));
            weights.replace("fc1.weight", form);
            assertArrayEquals(matrix(2, 3).toArray(), weights.get("fc1.weight").toArray());
        }
        weights.replace("fc1.bias", matrix(2, 1));
        assertArrayEquals(matrix(1, 2).toArray(), weights.get("fc1.bias").toArray());
        weights.replaceAll(Map.of("fc1.bias", FloatMatrix.zeros(2, 1), "lif1.beta", matrix(2, 1)));
        assertArrayEquals(new float[2], weights.get("fc1.bias").toArray());
        assertArrayEquals(matrix(1, 2).toArray(), weights.get("lif1.beta").toArray());
        assertInvalid("values is [3 x 2], expected [2 x 3]", () -> weights.replace("fc1.weight", matrix(3, 2)));
    }

    /** Simulations and trainers hold the states of neurons. */
    @Test
    void parametersThatChangeTheVariablesOfNeuronsAreRefused() {
        Network lif = Networks.dense(new TorchRandom(1), Lif.of(Decay.MULTIPLY, Parameter.of(0.5f)), 3, 2);
        FloatMatrix rows = FloatMatrix.zeros(1, 3);
        rows.fill(1);
        try (Simulation simulation = lif.simulate(1)) {
            simulation.step(rows);
            assertStart(
                    "neurons of population 'lif1' would have the variables [membrane, synapse],"
                            + " expected [membrane], which states hold: Lif[",
                    () -> lif.weights().replace("lif1.synapse", matrix(1, 2)));
            simulation.step(rows);
            assertEquals(List.of("membrane"), simulation.state("lif1").names());
        }
    }

    /** A kernel of a convolution: outputs, channels of the group, height, width. */
    @Test
    void severalDimensionsAreTheFirstByTheRest() {
        ValueDescription kernel = ValueDescription.weight("weight", 3, 2, 5, 4);
        assertEquals(3, kernel.rows());
        assertEquals(40, kernel.columns());
        float[] expected = matrix(3, 40).toArray();
        for (FloatMatrix form : List.of(matrix(1, 120), matrix(6, 20), matrix(30, 4), matrix(120, 1))) {
            FloatMatrix arranged = kernel.matrix(form);
            assertEquals(3, arranged.rows());
            assertArrayEquals(expected, arranged.toArray());
        }
        for (FloatMatrix other : List.of(matrix(3, 40), matrix(40, 3), matrix(12, 10), matrix(3, 4))) {
            assertSame(other, kernel.matrix(other));
        }
    }
}
