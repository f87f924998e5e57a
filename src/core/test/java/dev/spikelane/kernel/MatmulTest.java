package dev.spikelane.kernel;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.spikes;
import static dev.spikelane.Matrices.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Public products against plain loops. */
@EveryWidth
final class MatmulTest {

    private static final int ROWS = 5;
    private static final int INPUTS = 70;
    private static final int OUTPUTS = 90;

    private final Arena arena = Arena.ofAuto();
    private final Random random = new Random(1);
    private final FloatMatrix numbers = uniform(arena, OUTPUTS, INPUTS, random);
    private final FloatMatrix bias = uniform(arena, 1, OUTPUTS, random);
    private final Matmul.Weights weights = Matmul.Weights.of(numbers, bias);
    private final SpikeMatrix spikes = spikes(arena, ROWS, INPUTS, 0.3, random);
    private final FloatMatrix values = uniform(arena, ROWS, INPUTS, random);
    private final Matmul matmul = new Matmul();

    /** Every variant refuses a scratch arena whose memory kernels cannot use. */
    @Test
    void refusesScratchMemoryOnTheHeap() {
        FloatMatrix current = FloatMatrix.zeros(arena, ROWS, OUTPUTS);
        Arena heap = new Arena() {
            @Override
            public MemorySegment allocate(long size, long alignment) {
                return MemorySegment.ofArray(new long[(int) (size / Long.BYTES)]);
            }

            @Override
            public MemorySegment.Scope scope() {
                return arena.scope();
            }

            @Override
            public void close() {}
        };
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new Matmul(heap).multiply(spikes, weights, current));
        assertTrue(refused.getMessage().endsWith("expected native memory that is not mapped"), refused.getMessage());
    }

    @Test
    void spikesTimesWeightsInGroupsOfFour() {
        FloatMatrix expected = FloatMatrix.zeros(ROWS, OUTPUTS);
        for (int row = 0; row < ROWS; row++) {
            for (int output = 0; output < OUTPUTS; output++) {
                float sum = bias.get(0, output);
                for (int group = 0; group < INPUTS; group += 4) {
                    float part = -0.0f;
                    for (int input = group; input < Math.min(group + 4, INPUTS); input++) {
                        part = spikes.get(row, input) ? part + numbers.get(output, input) : part;
                    }
                    sum += part;
                }
                expected.set(row, output, sum);
            }
        }
        FloatMatrix current = FloatMatrix.zeros(ROWS, OUTPUTS);
        matmul.multiply(spikes, weights, current);
        assertSameBits(expected, current, "spikes");
        FloatMatrix blocks = FloatMatrix.zeros(ROWS, OUTPUTS);
        matmul.multiply(spikes, weights, blocks, 1, 2);
        new Matmul(arena).multiply(spikes, weights, blocks, 0, 1);
        assertSameBits(expected, blocks, "spikes, block by block");
    }

    @Test
    void weightsWithoutABias() {
        FloatMatrix expected = FloatMatrix.zeros(ROWS, OUTPUTS);
        matmul.multiply(spikes, Matmul.Weights.of(numbers, FloatMatrix.zeros(1, OUTPUTS)), expected);
        FloatMatrix current = FloatMatrix.zeros(ROWS, OUTPUTS);
        matmul.multiply(spikes, Matmul.Weights.of(numbers), current);
        assertSameBits(expected, current, "no bias");
    }

    @Test
    void transposedWeightsAreNamed() {
        assertInvalid(
                "weights are [70 x 90] with a bias of 90 outputs, expected [outputs x inputs]; they are transposed,"
                        + " weights.transposed() is what is needed",
                () -> Matmul.Weights.of(numbers.transposed(), bias));
    }

    @Test
    void valuesTimesWeightsInOneChain() {
        FloatMatrix expected =
                fill(FloatMatrix.zeros(ROWS, OUTPUTS), (row, output) -> chain(bias.get(0, output), row, output));
        FloatMatrix current = FloatMatrix.zeros(ROWS, OUTPUTS);
        matmul.multiply(values, weights, current);
        assertSameBits(expected, current, "values");
        FloatMatrix blocks = FloatMatrix.zeros(ROWS, OUTPUTS);
        matmul.multiply(values, weights, blocks, 0, 1);
        matmul.multiply(values, weights, blocks, 1, 2);
        assertSameBits(expected, blocks, "values, block by block");
    }

    @Test
    void matricesOfAnyOrientation() {
        FloatMatrix expected = FloatMatrix.zeros(ROWS, OUTPUTS);
        FloatMatrix twice = FloatMatrix.zeros(ROWS, OUTPUTS);
        for (int row = 0; row < ROWS; row++) {
            for (int output = 0; output < OUTPUTS; output++) {
                expected.set(row, output, chain(0, row, output));
                twice.set(row, output, chain(expected.get(row, output), row, output));
            }
        }
        for (Matmul.Transpose transpose : Matmul.Transpose.values()) {
            FloatMatrix a = transpose.first() ? values.transposed() : values;
            FloatMatrix b = transpose.second() ? numbers : numbers.transposed();
            FloatMatrix c = FloatMatrix.zeros(ROWS, OUTPUTS);
            c.fill(7);
            matmul.multiply(a, b, transpose, c);
            assertSameBits(expected, c, transpose.toString());
            matmul.add(a, b, transpose, c);
            assertSameBits(twice, c, transpose + ", added");
        }
    }

    @Test
    void weightsAreCopiedInAndOut() {
        assertEquals(INPUTS, weights.inputs());
        assertEquals(OUTPUTS, weights.outputs());
        assertEquals(2, weights.blocks());
        FloatMatrix other = uniform(arena, OUTPUTS, INPUTS, random);
        FloatMatrix otherBias = uniform(arena, 1, OUTPUTS, random);
        weights.set(other, otherBias);
        FloatMatrix read = FloatMatrix.zeros(OUTPUTS, INPUTS);
        FloatMatrix readBias = FloatMatrix.zeros(1, OUTPUTS);
        weights.read(read, readBias);
        assertSameBits(other, read, "weights");
        assertSameBits(otherBias, readBias, "bias");
        assertThrows(IllegalArgumentException.class, () -> weights.read(read, read));
        assertThrows(
                IllegalArgumentException.class,
                () -> matmul.multiply(values, weights, FloatMatrix.zeros(ROWS, OUTPUTS + 1), 0, 1));
    }

    private float chain(float start, int row, int output) {
        float sum = start;
        for (int input = 0; input < INPUTS; input++) {
            sum = Math.fma(values.get(row, input), numbers.get(output, input), sum);
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesWhatIsNotFinite(float value) {
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix numbers = FloatMatrix.zeros(arena, 3, 70);
            FloatMatrix own = FloatMatrix.zeros(arena, 1, 3);
            Matmul.Weights packed = Matmul.Weights.of(arena, numbers, own);
            own.set(0, 2, value);
            assertInvalid(
                    "bias has " + value + " at row 0, column 2, expected a finite number",
                    () -> Matmul.Weights.of(arena, numbers, own));
            numbers.set(1, 69, value);
            assertInvalid(
                    "weights has " + value + " at row 1, column 69, expected a finite number",
                    () -> Matmul.Weights.of(arena, numbers, FloatMatrix.zeros(arena, 1, 3)));
            assertThrows(IllegalArgumentException.class, () -> packed.set(numbers, FloatMatrix.zeros(arena, 1, 3)));
            numbers.set(1, 69, 0);
            assertThrows(IllegalArgumentException.class, () -> packed.set(numbers, own));
        }
    }
}
