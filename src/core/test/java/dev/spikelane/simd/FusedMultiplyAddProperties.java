package dev.spikelane.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class FusedMultiplyAddProperties {

    private static final float[] SPECIALS = {
        0.0f,
        -0.0f,
        1,
        -1,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Math.nextUp(1f),
        Math.nextDown(1f),
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    @Example
    void specialValues() {
        for (float a : SPECIALS) {
            for (float b : SPECIALS) {
                for (float c : SPECIALS) {
                    check(a, b, c);
                }
            }
        }
    }

    /** Any bits, and sums of similar or cancelling terms, for which two roundings differ from one. */
    @Property(tries = 100)
    void byDoublesIsTheFunctionOfJava(@ForAll long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            float a = Float.intBitsToFloat(random.nextInt());
            float b = Float.intBitsToFloat(random.nextInt());
            float product = a * b;
            check(a, b, Float.intBitsToFloat(random.nextInt()));
            check(a, b, -product);
            check(a, b, product * Float.intBitsToFloat(Float.floatToRawIntBits(-1f) + random.nextInt(-3, 4)));
            check(a, b, Math.scalb(product, random.nextInt(-30, 31)));
        }
    }

    /** With float64, in the promised range. */
    @Property(tries = 100)
    void bySumsIsTheFunctionOfJava(@ForAll long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            double a = Math.scalb(random.nextDouble() - 0.5, random.nextInt(-100, 101));
            double b = i % 2 == 0 ? random.nextInt(1, 1_000_000) : random.nextGaussian();
            double product = a * b;
            check(a, b, random.nextGaussian());
            check(a, b, -product);
            check(a, b, product * Double.longBitsToDouble(Double.doubleToRawLongBits(-1) + random.nextInt(-3, 4)));
            check(a, b, Math.scalb(product, random.nextInt(-60, 61)));
        }
    }

    @Example
    void bySumsOfLargeNumbers() {
        check(1e300, 0, 7);
        check(1e300, 3, -1e301);
        check(1.5, 1e308, -1e308);
    }

    private static void check(double a, double b, double c) {
        assertEquals(Math.fma(a, b, c), FusedMultiplyAdd.bySums(a, b, c), 0, a + " * " + b + " + " + c);
    }

    private static void check(float a, float b, float c) {
        float expected = Math.fma(a, b, c);
        float actual = FusedMultiplyAdd.byDoubles(a, b, c);
        if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
            assertEquals(expected, actual, a + " * " + b + " + " + c);
        }
    }
}
