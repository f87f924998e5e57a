package dev.spikelane.kernel.product;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.memory.FloatMatrix;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PackedWeightsTest extends KernelCase {

    @Property(tries = 50)
    void keepsACopyOfEveryValue(@Size int inputs, @Size int outputs, @ForAll long seed) {
        FloatMatrix weights = Matrices.uniform(arena, outputs, inputs, new Random(seed));
        FloatMatrix bias = Matrices.uniform(arena, 1, outputs, new Random(~seed));
        float[] weightsBefore = weights.toArray();
        float[] biasBefore = bias.toArray();
        PackedWeights packed = PackedWeights.pack(arena, weights, bias);
        weights.fill(7);
        bias.fill(7);
        assertEquals(inputs, packed.inputs());
        assertEquals(outputs, packed.outputs());
        assertEquals((outputs + 63) / 64, packed.blocks());
        for (int output = 0; output < outputs; output++) {
            assertEquals(biasBefore[output], packed.bias(output));
            for (int input = 0; input < inputs; input++) {
                assertEquals(weightsBefore[output * inputs + input], packed.weight(output, input));
            }
        }
    }

    @Test
    void biasIsZeroWhereNoneIsGiven() {
        PackedWeights packed = PackedWeights.pack(arena, Matrices.uniform(arena, 3, 2, new Random(1)));
        assertEquals(0, packed.bias(2));
        assertEquals("PackedWeights 2 -> 3", packed.toString());
    }

    @ParameterizedTest
    @CsvSource({"1, 4", "2, 3"})
    void refusesABiasOfAnotherShape(int rows, int columns) {
        FloatMatrix weights = FloatMatrix.zeros(arena, 3, 2);
        assertInvalid(
                "bias is [" + rows + " x " + columns + "], expected [1 x 3]",
                () -> PackedWeights.pack(arena, weights, FloatMatrix.zeros(arena, rows, columns)));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "3, 0", "0, -1", "0, 2", "0, 15"})
    void refusesIndicesOutside(int output, int input) {
        PackedWeights packed = PackedWeights.pack(arena, FloatMatrix.zeros(arena, 3, 2));
        assertMessage(
                IndexOutOfBoundsException.class,
                "weights are [3 x 2], asked for output " + output + ", input " + input,
                () -> packed.weight(output, input));
    }
}
