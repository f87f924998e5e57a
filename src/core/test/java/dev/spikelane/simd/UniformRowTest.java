package dev.spikelane.simd;

import static dev.spikelane.Matrices.assertSameBits;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import org.junit.jupiter.api.Test;

@EveryWidth
final class UniformRowTest {

    @Test
    void vectorsDrawTheSameNumbers() {
        for (int neurons : new int[] {1, 31, 64, 65, 200}) {
            FloatMatrix rows = FloatMatrix.zeros(2, neurons);
            FloatMatrix expected = FloatMatrix.zeros(2, neurons);
            UniformRow.draw(99L << 40, rows, 1, 128, 128, 128 + neurons);
            UniformRow.scalar(99L << 40, expected, 1, 128, 128, 128 + neurons);
            assertSameBits(expected, rows, neurons + " neurons");
            for (int i = neurons; i < rows.stride(); i++) {
                assertEquals(0, rows.segment().getAtIndex(JAVA_FLOAT, rows.stride() + i), "pads");
            }
        }
    }
}
