package dev.spikelane.kernel.product.integer;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EveryWidth
final class PackedIntegersTest {

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT16", "INT4", "TERNARY"})
    void givesBackWhatItWasMadeOf(ElementType type) {
        Random random = new Random(1);
        FloatMatrix bias = Matrices.uniform(Arena.ofAuto(), 1, 70, random);
        IntegerMatrix first = IntegerMatrix.nearest(type, Matrices.uniform(Arena.ofAuto(), 70, 33, random));
        IntegerMatrix second = IntegerMatrix.nearest(type, Matrices.uniform(Arena.ofAuto(), 70, 33, random));
        PackedIntegers packed = PackedIntegers.pack(Arena.ofAuto(), first, bias);
        PackedIntegers copy = packed.copy(Arena.ofAuto());
        packed.set(second, FloatMatrix.zeros(1, 70));
        assertEquals(second, packed.read());
        assertEquals(first, copy.read());
        FloatMatrix read = FloatMatrix.zeros(1, 70);
        copy.readBias(read);
        assertArrayEquals(bias.toArray(), read.toArray());
        assertEquals("PackedIntegers " + type + " 33 -> 70", packed.toString());
        assertEquals(first.scale(3) * 0.3f, copy.times(0.3f).readScales()[3]);
    }

    /** The most inputs with the least weight: one more could exceed 32 bits. */
    @Test
    void mostInputsFitThirtyTwoBits() {
        int most = PackedIntegers.mostInputs(ElementType.INT16);
        assertEquals(65_535, most);
        assertEquals(16_777_215, PackedIntegers.mostInputs(ElementType.INT8));
        assertEquals(268_435_455, PackedIntegers.mostInputs(ElementType.INT4));
        assertEquals(Integer.MAX_VALUE, PackedIntegers.mostInputs(ElementType.TERNARY));
        short[] items = new short[most];
        Arrays.fill(items, Short.MIN_VALUE);
        PackedIntegers packed =
                PackedIntegers.pack(Arena.ofAuto(), IntegerMatrix.of(1, most, items, 1), FloatMatrix.zeros(1, 1));
        SpikeMatrix spikes = fill(SpikeMatrix.zeros(1, most), input -> true);
        FloatMatrix current = FloatMatrix.zeros(1, 1);
        IntegerMatmul.multiply(spikes, 1, packed, Tile.whole(current), new ProductScratch(Arena.ofAuto()));
        assertEquals(-32_768f * 65_535, current.get(0, 0));
    }

    /** Copies and multiples of weights without planes must not read planes either. */
    @Test
    void copiesHaveNoPlanesWhereTheseWereLeft() {
        IntegerMatrix weights = IntegerMatrix.of(ElementType.TERNARY, 1, 2, new short[] {1, -1}, 1);
        PackedIntegers packed = PackedIntegers.pack(Arena.ofAuto(), weights, FloatMatrix.zeros(1, 1));
        assertTrue(packed.copy(Arena.ofAuto()).hasPlanes() && packed.times(2).hasPlanes());
        packed.leavePlanes();
        assertFalse(packed.copy(Arena.ofAuto()).hasPlanes() || packed.times(2).hasPlanes());
    }

    @Test
    void refusesWhatDoesNotFit() {
        FloatMatrix bias = FloatMatrix.zeros(1, 1);
        assertInvalid(
                "weights are [1 x 65536], expected at most 65535 inputs, whose sum of INT16 weights is sure to fit 32 bits",
                () -> PackedIntegers.pack(Arena.ofAuto(), IntegerMatrix.of(1, 65_536, new short[65_536], 1), bias));
        IntegerMatrix weights = IntegerMatrix.of(1, 2, new byte[2], 1);
        PackedIntegers packed = PackedIntegers.pack(Arena.ofAuto(), weights, bias);
        assertInvalid(
                "weights are INT16 [1 x 2], expected INT8 [1 x 2]",
                () -> packed.set(IntegerMatrix.of(1, 2, new short[2], 1), bias));
        assertInvalid("bias is [1 x 2], expected [1 x 1]", () -> packed.set(weights, FloatMatrix.zeros(1, 2)));
    }
}
