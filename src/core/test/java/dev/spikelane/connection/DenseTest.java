package dev.spikelane.connection;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.memory.FloatMatrix;
import org.junit.jupiter.api.Test;

final class DenseTest {

    @Test
    void transposedWeightsAreNamedAsSuch() {
        FloatMatrix weights = FloatMatrix.zeros(784, 10);
        FloatMatrix bias = FloatMatrix.zeros(1, 784);
        assertEquals(784, Dense.of(weights, bias).outputs());
        FloatMatrix biasOfColumns = FloatMatrix.zeros(1, 10);
        assertInvalid(
                "weights are [784 x 10] with a bias of 10 outputs, expected [outputs x inputs]; they are transposed,"
                        + " weights.transposed() is what is needed",
                () -> Dense.of(weights, biasOfColumns));
        assertEquals(10, Dense.of(weights.transposed(), biasOfColumns).outputs());
    }
}
