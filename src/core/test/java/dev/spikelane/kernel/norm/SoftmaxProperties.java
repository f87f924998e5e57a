package dev.spikelane.kernel.norm;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.optimize.Floats;
import dev.spikelane.memory.FloatMatrix;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class SoftmaxProperties {

    @ComparesVectors
    @Property(tries = 300)
    void isItsSpecification(@Size int classes, @ForAll boolean strange, @ForAll long seed) {
        Random random = new Random(seed);
        int rows = 1 + random.nextInt(4);
        FloatMatrix values = FloatMatrix.zeros(3 * rows, classes);
        values.copyFrom(Floats.draw(random, 3 * rows * classes, strange));
        Softmax vectors = new Softmax(classes, rows);
        Softmax scalar = new Softmax(classes, rows, false);
        vectors.take(values, 1, 3, rows);
        scalar.take(values, 1, 3, rows);
        for (int i = 0; i < rows; i++) {
            assertEquals(scalar.maximum(i), vectors.maximum(i), "maximum " + i);
            assertEquals(scalar.sum(i), vectors.sum(i), "sum " + i);
        }
        FloatMatrix expected = FloatMatrix.zeros(2 * rows + 1, classes);
        FloatMatrix got = FloatMatrix.zeros(2 * rows + 1, classes);
        scalar.divide(0.7f, expected, 0, 2);
        vectors.divide(0.7f, got, 0, 2);
        scalar.add(expected, 2 * rows);
        vectors.add(got, 2 * rows);
        assertSameBits(expected, got, "quotients, and their sums");
    }

    @Property(tries = 300)
    void isNearTheSoftmaxInDouble(@Size int classes, @ForAll long seed) {
        FloatMatrix values = FloatMatrix.zeros(1, classes);
        values.copyFrom(Floats.draw(new Random(seed), classes, false));
        double[] exact = new double[classes];
        double total = 0;
        for (int c = 0; c < classes; c++) {
            exact[c] = Math.exp(values.get(0, c));
            total += exact[c];
        }
        Softmax softmax = new Softmax(classes, 1);
        softmax.take(values, 0, 1, 1);
        softmax.divide(1, values, 0, 1);
        for (int c = 0; c < classes; c++) {
            assertEquals(exact[c] / total, values.get(0, c), 3e-6 * exact[c] / total, "class " + c);
        }
    }
}
