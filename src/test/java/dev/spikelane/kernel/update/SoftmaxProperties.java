package dev.spikelane.kernel.update;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.Awkward;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.memory.FloatMatrix;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The softmax of a row. */
@EveryWidth
final class SoftmaxProperties {

    @ComparesVectors
    @Property(tries = 300)
    void isItsSpecification(
            @ForAll(supplier = Awkward.Sizes.class) int classes, @ForAll boolean strange, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix values = FloatMatrix.zeros(2, classes);
        values.copyFrom(Floats.draw(random, 2 * classes, strange));
        FloatMatrix expected = FloatMatrix.zeros(2, classes);
        FloatMatrix got = FloatMatrix.zeros(2, classes);
        float maximum = Softmax.maximum(values, 1);
        Softmax.scalarExponentials(values, 1, maximum, expected, 0);
        float sum = Softmax.exponentials(values, 1, maximum, got, 0);
        assertSameBits(expected, got, "exponentials");
        Softmax.scalarDivide(expected, 0, sum, 0.7f);
        Softmax.divide(got, 0, sum, 0.7f);
        assertSameBits(expected, got, "quotients");
    }

    @Property(tries = 300)
    void isNearTheSoftmaxInDouble(@ForAll(supplier = Awkward.Sizes.class) int classes, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix values = FloatMatrix.zeros(1, classes);
        values.copyFrom(Floats.draw(random, classes, false));
        double[] exact = new double[classes];
        double total = 0;
        for (int c = 0; c < classes; c++) {
            exact[c] = Math.exp(values.get(0, c));
            total += exact[c];
        }
        float sum = Softmax.exponentials(values, 0, Softmax.maximum(values, 0), values, 0);
        Softmax.divide(values, 0, sum, 1);
        for (int c = 0; c < classes; c++) {
            assertEquals(exact[c] / total, values.get(0, c), 3e-6 * exact[c] / total, "class " + c);
        }
    }
}
