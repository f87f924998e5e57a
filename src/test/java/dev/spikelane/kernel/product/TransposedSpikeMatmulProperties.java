package dev.spikelane.kernel.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

@EveryWidth
class TransposedSpikeMatmulProperties {

    @Property(tries = 100)
    void transposesEveryBit(
            @ForAll @IntRange(min = 1, max = 200) int rows,
            @ForAll @IntRange(min = 1, max = 200) int columns,
            @ForAll @IntRange(max = 10) int tenths,
            @ForAll long seed) {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = spikes(arena, rows, columns, tenths, new Random(seed));
            SpikeMatrix transposed = SpikeMatrix.zeros(arena, columns, rows);
            transposed.segment().fill((byte) -1); // what was there, pads too, must go
            SpikeTranspose.transpose(spikes, transposed);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    assertEquals(spikes.get(row, column), transposed.get(column, row), row + ", " + column);
                }
            }
            assertEquals(spikes.count(), bits(transposed), "spikes and pads");
        }
    }

    /** Straight from the definition, in the canonical order over rows. */
    @Property(tries = 60)
    void sumsTheRowsInWhichAnInputFires(
            @ForAll @IntRange(min = 1, max = 150) int rows,
            @ForAll @IntRange(min = 1, max = 70) int pre,
            @ForAll @IntRange(min = 1, max = 130) int post,
            @ForAll @IntRange(max = 10) int tenths,
            @ForAll long seed) {
        Random random = new Random(seed);
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = spikes(arena, rows, pre, tenths, random);
            float[] values = new float[rows * post];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
            }
            float[] expected = new float[pre * post];
            for (int input = 0; input < pre; input++) {
                for (int output = 0; output < post; output++) {
                    float sum = 0;
                    for (int group = 0; group < rows; group += 4) {
                        float part = -0.0f;
                        for (int row = group; row < Math.min(group + 4, rows); row++) {
                            if (spikes.get(row, input)) {
                                part += values[row * post + output];
                            }
                        }
                        sum += part;
                    }
                    expected[input * post + output] = sum;
                }
            }
            FloatMatrix product = FloatMatrix.zeros(arena, pre, post);
            TransposedSpikeMatmul.Workspace workspace = TransposedSpikeMatmul.workspace(arena, rows, pre, post);
            for (int repeated = 0; repeated < 2; repeated++) {
                TransposedSpikeMatmul.multiply(
                        spikes, FloatMatrix.copyOf(arena, rows, post, values), product, workspace);
                assertArrayEquals(expected, product.toArray(), 0);
            }
        }
    }

    @Property(tries = 1)
    void refusesOtherShapes() {
        try (Arena arena = Arena.ofShared()) {
            TransposedSpikeMatmul.Workspace workspace = TransposedSpikeMatmul.workspace(arena, 3, 4, 5);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 3, 4);
            FloatMatrix values = FloatMatrix.zeros(arena, 2, 5);
            FloatMatrix product = FloatMatrix.zeros(arena, 4, 5);
            assertEquals(
                    "values is [2 x 5], expected [3 x 5]",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> TransposedSpikeMatmul.multiply(spikes, values, product, workspace))
                            .getMessage());
        }
    }

    private static SpikeMatrix spikes(Arena arena, int rows, int columns, int tenths, Random random) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                spikes.set(row, column, random.nextInt(10) < tenths);
            }
        }
        return spikes;
    }

    private static long bits(SpikeMatrix spikes) {
        long count = 0;
        for (long word : spikes.segment().toArray(ValueLayout.JAVA_LONG)) {
            count += Long.bitCount(word);
        }
        return count;
    }
}
