package dev.spikelane.memory;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Matrices;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class IntegerMatrixTest {

    @Test
    void roundsToTheNearestTiesToEven() {
        FloatMatrix values =
                FloatMatrix.of(new float[] {127, 0.5f, 1.5f, -2.5f, -126.6f}, new float[] {0, 0, -254, 3, 1});
        IntegerMatrix each = IntegerMatrix.nearest(ElementType.INT8, values);
        assertArrayEquals(new short[] {127, 0, 2, -2, -127, 0, 0, -127, 2, 0}, each.items());
        assertArrayEquals(new float[] {1, 2}, each.scales());
        IntegerMatrix all = IntegerMatrix.nearestWithOneScale(ElementType.INT8, values);
        assertArrayEquals(new short[] {64, 0, 1, -1, -63, 0, 0, -127, 2, 0}, all.items());
        assertArrayEquals(new float[] {2}, all.scales());
        assertEquals(-254, all.widened().get(1, 2));
        assertEquals(2, all.scale(1));
        IntegerMatrix fine = IntegerMatrix.nearest(ElementType.INT16, values);
        assertEquals(32_767, fine.item(0, 0));
        assertEquals(127f / 32_767, fine.scale(0));
    }

    @Test
    void largestFloatsAndZerosHaveScales() {
        FloatMatrix values = FloatMatrix.of(new float[] {Float.MAX_VALUE, -1}, new float[] {0, -0.0f});
        for (ElementType type :
                new ElementType[] {ElementType.INT8, ElementType.INT16, ElementType.INT4, ElementType.TERNARY}) {
            IntegerMatrix matrix = IntegerMatrix.nearest(type, values);
            assertEquals(type.greatest(), matrix.item(0, 0));
            assertEquals(0, matrix.item(1, 1));
            matrix.widened().requireFinite("widened");
        }
    }

    /** No other scale of ternary weights has a smaller squared error. */
    @Test
    void ternaryWeightsAreAsNearAsTheyCanBe() {
        Random random = new Random(1);
        for (int row = 0; row < 20; row++) {
            FloatMatrix values = Matrices.uniform(Arena.ofAuto(), 1, 1 + random.nextInt(9), random);
            IntegerMatrix ternary = IntegerMatrix.nearest(ElementType.TERNARY, values);
            double found = error(values, ternary.scale(0));
            assertEquals(found, error(values, ternary.widened()), 1e-9);
            for (float scale = 0; scale < 1; scale += 1 / 256f) {
                assertTrue(found <= error(values, scale) + 1e-6);
            }
        }
    }

    private static double error(FloatMatrix values, float scale) {
        FloatMatrix rounded = FloatMatrix.zeros(1, values.columns());
        for (int i = 0; i < values.columns(); i++) {
            float value = values.get(0, i);
            rounded.set(0, i, Math.abs(value) > scale / 2 ? Math.copySign(scale, value) : 0);
        }
        return error(values, rounded);
    }

    private static double error(FloatMatrix values, FloatMatrix rounded) {
        double error = 0;
        for (int i = 0; i < values.columns(); i++) {
            error += Math.pow((double) values.get(0, i) - rounded.get(0, i), 2);
        }
        return error;
    }

    @Test
    void itemsAreOfTheirType() {
        IntegerMatrix bytes = IntegerMatrix.of(1, 3, new byte[] {-1, 1, 0}, 2);
        IntegerMatrix ternary = bytes.withType(ElementType.TERNARY);
        assertEquals("IntegerMatrix TERNARY [1 x 3]", ternary.toString());
        assertEquals(bytes, ternary.withType(ElementType.INT8));
        assertInvalid(
                "item 1 is -9, expected -8 to 7, as INT4 has",
                () -> IntegerMatrix.of(ElementType.INT4, 1, 2, new short[] {7, -9}, 1));
    }

    @Test
    void holdsWhatItIsGiven() {
        IntegerMatrix bytes = IntegerMatrix.of(2, 2, new byte[] {-128, 127, 1, 0}, 0.5f, 2);
        assertEquals("IntegerMatrix INT8 [2 x 2]", bytes.toString());
        assertEquals(-64, bytes.widened().get(0, 0));
        IntegerMatrix shorts = IntegerMatrix.of(2, 2, new short[] {-32_768, 32_767, 1, 0}, 0.5f);
        assertArrayEquals(
                new short[] {32_767, -32_768, 0, 1}, shorts.gatherColumns(1, 0).items());
        assertArrayEquals(new float[] {3}, shorts.withScales(3).scales());
        assertEquals(bytes, IntegerMatrix.of(2, 2, new byte[] {-128, 127, 1, 0}, 0.5f, 2));
        assertEquals(bytes.hashCode(), bytes.withScales(0.5f, 2).hashCode());
        assertNotEquals(bytes, bytes.withScales(0.5f, 3));
        assertNotEquals(bytes, IntegerMatrix.of(2, 2, new byte[] {-128, 127, 1, 1}, 0.5f, 2));
        assertNotEquals(shorts.withScales(1), IntegerMatrix.of(2, 2, new byte[4], 1));
        assertEquals(4, shorts.segment().byteSize() / Short.BYTES);
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertInvalid("there are 3 items, expected 4 for [2 x 2]", () -> IntegerMatrix.of(2, 2, new byte[3], 1));
        assertInvalid(
                "there are 3 scales, expected 1 or 2, one for each row of [2 x 2]",
                () -> IntegerMatrix.of(2, 2, new short[4], 1, 2, 3));
        assertInvalid(
                "scale 1 is NaN, expected a number whose product with -128 is finite",
                () -> IntegerMatrix.of(2, 2, new byte[4], 1, Float.NaN));
        assertInvalid(
                "scale 0 is 1.0E37, expected a number whose product with -32768 is finite",
                () -> IntegerMatrix.of(2, 2, new short[4], 1e37f));
        assertIllegalState(
                "FLOAT32 is no type of weights of whole numbers, expected INT8, INT16, INT4 or TERNARY",
                () -> IntegerMatrix.nearest(ElementType.FLOAT32, FloatMatrix.of(new float[] {1})));
        assertMessage(
                IndexOutOfBoundsException.class,
                "IntegerMatrix is [1 x 2], asked for row 0, column 2",
                () -> IntegerMatrix.of(1, 2, new byte[2], 1).item(0, 2));
        assertEquals(
                8,
                Arrays.stream(ElementType.values())
                        .mapToInt(ElementType::bytes)
                        .max()
                        .orElse(0));
    }
}
