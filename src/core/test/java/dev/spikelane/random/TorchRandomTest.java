package dev.spikelane.random;

import static dev.spikelane.Filled.bytes;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.KernelCase;
import dev.spikelane.golden.TorchGolden;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TorchRandomTest extends KernelCase {

    static List<TorchGolden> goldens() {
        return TorchGolden.all();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void numbersMatchTorch(TorchGolden golden) {
        FloatMatrix rand = FloatMatrix.vector(arena, golden.floats("rand"));
        new TorchRandom(golden.seed()).rand(rand);
        assertArrayEquals(golden.floats("rand"), rand.toArray());
        FloatMatrix uniform = FloatMatrix.vector(arena, golden.floats("uniform"));
        new TorchRandom(golden.seed()).uniform(uniform, -0.25f, 0.5f);
        assertArrayEquals(golden.floats("uniform"), uniform.toArray());
        int[] permutation = golden.integers("randperm");
        assertArrayEquals(permutation, new TorchRandom(golden.seed()).randperm(permutation.length));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void bernoulliMatchesTorch(TorchGolden golden) {
        FloatMatrix probabilities = FloatMatrix.zeros(arena, 1, 777);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, 777);
        TorchRandom random = new TorchRandom(golden.seed());
        random.rand(probabilities);
        random.bernoulli(probabilities, spikes);
        assertArrayEquals(golden.bits("bernoulli", 777), spikes.toArray());
    }

    /** Weights of a dense layer, and of a convolution with flattened kernels. */
    @ParameterizedTest
    @MethodSource("goldens")
    void linearMatchesTorch(TorchGolden golden) {
        for (String layer : List.of("linear", "conv")) {
            int[] shape = golden.shape(layer + "_weight");
            int inputs = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
            FloatMatrix weights = FloatMatrix.zeros(arena, shape[0], inputs);
            FloatMatrix bias = FloatMatrix.zeros(arena, 1, shape[0]);
            new TorchRandom(golden.seed()).linear(weights, bias);
            assertArrayEquals(golden.floats(layer + "_weight"), weights.toArray());
            assertArrayEquals(golden.floats(layer + "_bias"), bias.toArray());
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void linearWithoutBiasDrawsTheSameWeights(TorchGolden golden) {
        int[] shape = golden.shape("linear_weight");
        FloatMatrix weights = FloatMatrix.zeros(arena, shape[0], shape[1]);
        new TorchRandom(golden.seed()).linear(weights);
        assertArrayEquals(golden.floats("linear_weight"), weights.toArray());
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void kaimingUniformMatchesConvolutionInAnyLayout(TorchGolden golden) {
        int[] shape = golden.shape("conv_weight");
        int fanIn = shape[1] * shape[2] * shape[3];
        FloatMatrix weights = FloatMatrix.zeros(arena, shape[0] * shape[1] * shape[2], shape[3]);
        FloatMatrix bias = FloatMatrix.zeros(arena, 1, shape[0]);
        TorchRandom random = new TorchRandom(golden.seed());
        random.kaimingUniform(weights, fanIn);
        random.kaimingUniform(bias, fanIn);
        assertArrayEquals(golden.floats("conv_weight"), weights.toArray());
        assertArrayEquals(golden.floats("conv_bias"), bias.toArray());
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void oneStreamGivesTheWeightsAndTheInputOfTutorial3(TorchGolden golden) throws NoSuchAlgorithmException {
        FloatMatrix weights1 = FloatMatrix.zeros(arena, 1000, 784);
        FloatMatrix bias1 = FloatMatrix.zeros(arena, 1, 1000);
        FloatMatrix weights2 = FloatMatrix.zeros(arena, 10, 1000);
        FloatMatrix bias2 = FloatMatrix.zeros(arena, 1, 10);
        FloatMatrix rates = FloatMatrix.zeros(arena, 200, 784);
        SpikeMatrix input = SpikeMatrix.zeros(arena, 200, 784);
        TorchRandom random = new TorchRandom(golden.seed());
        random.linear(weights1, bias1);
        random.linear(weights2, bias2);
        random.rand(rates);
        random.bernoulli(rates, input);

        float[] first = golden.firstWeights();
        assertArrayEquals(first, Arrays.copyOf(weights1.toArray(), first.length));
        assertEquals(golden.sha256("fc1_weight"), sha256(weights1));
        assertEquals(golden.sha256("fc1_bias"), sha256(bias1));
        assertEquals(golden.sha256("fc2_weight"), sha256(weights2));
        assertEquals(golden.sha256("fc2_bias"), sha256(bias2));
        assertArrayEquals(golden.bits("tutorial3_input", 200 * 784), input.toArray());
        assertEquals(golden.number("input_density"), input.density(), 1e-6);
    }

    @Test
    void tenThousandthOutputIsThatOfTheStandard() {
        // C++ [rand.predef]: the 10000th output of a default-constructed std::mt19937 (seed 5489) is 4123659995.
        TorchRandom random = new TorchRandom(5489);
        for (int i = 1; i < 10_000; i++) {
            random.nextFloat();
        }
        assertEquals((4123659995L & 0xFFFFFF) * 0x1p-24f, random.nextFloat());
    }

    @ParameterizedTest
    @CsvSource({"-1, 4294967295", "0, 4294967296", "-9223372036854775808, 0", "81985529216486895, 2309737967"})
    void onlyTheLow32BitsOfTheSeedCount(long seed, long same) {
        assertEquals(new TorchRandom(same).nextFloat(), new TorchRandom(seed).nextFloat());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 1", "1, 623", "1, 624", "1, 625", "7, 100", "5, 64", "2, 1249", "640, 3"})
    void matricesFillRowAfterRowFromOneStreamAndKeepTheirPads(int rows, int columns) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, columns);
        TorchRandom random = new TorchRandom(7);
        TorchRandom one = new TorchRandom(7);
        random.nextFloat();
        one.nextFloat();
        random.rand(matrix);
        for (float value : matrix.toArray()) {
            assertEquals(one.nextFloat(), value);
        }
        assertEquals(one.nextFloat(), random.nextFloat());
        assertZeroPads(matrix, "matrix");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 127, 128, 129, 700})
    void bernoulliComparesInRowOrderAndKeepsThePads(int columns) {
        FloatMatrix probabilities = FloatMatrix.zeros(arena, 3, columns);
        new TorchRandom(11).rand(probabilities);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 3, columns);
        spikes.copyFrom(filled(3 * columns));
        new TorchRandom(12).bernoulli(probabilities, spikes);

        TorchRandom one = new TorchRandom(12);
        float[] p = probabilities.toArray();
        byte[] expected = bytes(p.length, i -> (byte) (one.nextFloat() < p[i] ? 1 : 0));
        assertArrayEquals(expected, spikes.toArray());
        assertEquals(IntStream.range(0, p.length).filter(i -> expected[i] == 1).count(), spikes.count());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 129, 700})
    void bernoulliScalesARowOnTheWay(int columns) {
        FloatMatrix values = FloatMatrix.zeros(arena, 3, columns);
        new TorchRandom(11).uniform(values, -1, 2);
        values.set(1, columns - 1, Float.NaN);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, columns);
        spikes.copyFrom(filled(2 * columns));
        new TorchRandom(12).bernoulli(values, 1, 0.75f, 0.1f, spikes, 0);

        TorchRandom one = new TorchRandom(12);
        for (int column = 0; column < columns; column++) {
            assertEquals(one.nextFloat() < values.get(1, column) * 0.75f + 0.1f, spikes.get(0, column));
        }
        assertEquals(columns, spikes.rows(1, 1).count(), "the other row stays as it is");
    }

    @Test
    void bernoulliRefusesRowsThatAreNotThere() {
        FloatMatrix values = FloatMatrix.zeros(arena, 3, 5);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 5);
        TorchRandom random = new TorchRandom(1);
        assertThrows(IndexOutOfBoundsException.class, () -> random.bernoulli(values, 3, 1, 0, spikes, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> random.bernoulli(values, 0, 1, 0, spikes, 2));
        assertThrows(
                IllegalArgumentException.class,
                () -> random.bernoulli(values, 0, 1, 0, SpikeMatrix.zeros(arena, 2, 6), 0));
    }

    @Test
    void bernoulliNeverFiresAtZeroAndAlwaysAtOne() {
        FloatMatrix probabilities = FloatMatrix.zeros(arena, 20, 500);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 20, 500);
        new TorchRandom(5).bernoulli(probabilities, spikes);
        assertEquals(0, spikes.count());
        probabilities.fill(-0.0f);
        new TorchRandom(5).bernoulli(probabilities, spikes);
        assertEquals(0, spikes.count());
        probabilities.fill(1);
        new TorchRandom(5).bernoulli(probabilities, spikes);
        assertEquals(20 * 500, spikes.count());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, -1e-9f, 1.0000001f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void bernoulliRefusesWhatIsNoProbabilityBeforeDrawing(float wrong) {
        FloatMatrix probabilities = FloatMatrix.zeros(arena, 4, 70);
        probabilities.set(3, 69, wrong);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 70);
        spikes.set(0, 0, true);
        TorchRandom random = new TorchRandom(5);
        String message = refused(() -> random.bernoulli(probabilities, spikes));
        assertEquals("probability at row 3, column 69 is " + wrong + ", expected a value from 0 to 1", message);
        assertEquals(1, spikes.count());
        assertEquals(new TorchRandom(5).nextFloat(), random.nextFloat());
    }

    @Test
    void shapesAreCheckedBeforeDrawing() {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 4, 70);
        TorchRandom random = new TorchRandom(5);
        assertEquals(
                "spikes is [70 x 4], expected [4 x 70]",
                refused(() -> random.bernoulli(matrix, SpikeMatrix.zeros(arena, 70, 4))));
        assertEquals(
                "bias is [1 x 70], expected [1 x 4]",
                refused(() -> random.linear(matrix, FloatMatrix.zeros(arena, 1, 70))));
        assertEquals("fanIn is 0, expected at least 1", refused(() -> random.kaimingUniform(matrix, 0)));
        assertEquals(new TorchRandom(5).nextFloat(), random.nextFloat());
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "NaN, 1", "0, NaN", "-Infinity, 0", "0, Infinity", "-3e38, 3e38"})
    void uniformRefusesARangeWithoutAnOrderOrAWidth(float from, float to) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, 1, 10);
        String message = refused(() -> new TorchRandom(5).uniform(matrix, from, to));
        assertTrue(message.startsWith("range is " + from + " to " + to + ", expected "), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 214_748_364, Integer.MAX_VALUE})
    void randpermRefusesWhatTorchPermutesInAnotherWay(int n) {
        assertEquals("n is " + n + ", expected 0 to 214748363", refused(() -> new TorchRandom(5).randperm(n)));
    }

    @Test
    void closedMatricesAreRefused() {
        FloatMatrix matrix;
        try (Arena closed = Arena.ofConfined()) {
            matrix = FloatMatrix.zeros(closed, 2, 3);
        }
        TorchRandom random = new TorchRandom(5);
        assertThrows(IllegalStateException.class, () -> random.rand(matrix));
        assertThrows(IllegalStateException.class, () -> random.uniform(matrix, 0, 1));
        assertThrows(IllegalStateException.class, () -> random.linear(matrix));
        assertThrows(IllegalStateException.class, () -> random.kaimingUniform(matrix, 3));
        assertThrows(IllegalStateException.class, () -> random.bernoulli(matrix, SpikeMatrix.zeros(arena, 2, 3)));
        assertEquals(new TorchRandom(5).nextFloat(), random.nextFloat());
    }

    /** At every place of a block, and across several blocks. */
    @Test
    void skipsAndGoesOnFromAState() {
        for (long skipped : new long[] {0, 1, 623, 624, 625, 1247, 1248, 1249, 10_000}) {
            for (int before : new int[] {0, 1, 600, 624}) {
                TorchRandom drawing = new TorchRandom(11);
                TorchRandom skipping = new TorchRandom(11);
                for (int i = 0; i < before; i++) {
                    assertEquals(drawing.nextFloat(), skipping.nextFloat());
                }
                for (long i = 0; i < skipped; i++) {
                    drawing.nextFloat();
                }
                skipping.skip(skipped);
                assertArrayEquals(drawing.state(), skipping.state());
                TorchRandom other = TorchRandom.ofState(skipping.state());
                for (int i = 0; i < 700; i++) {
                    float expected = drawing.nextFloat();
                    assertEquals(expected, skipping.nextFloat());
                    assertEquals(expected, other.nextFloat());
                }
            }
        }
        assertEquals("outputs is -1, expected at least 0", refused(() -> new TorchRandom(1).skip(-1)));
        assertEquals(
                "state has 3 numbers, expected 625 of a generator", refused(() -> TorchRandom.ofState(new int[3])));
        int[] state = new TorchRandom(1).state();
        state[624] = 625;
        assertEquals("state ends with 625, expected 0 to 624", refused(() -> TorchRandom.ofState(state)));
    }

    private static String refused(Runnable call) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    private static byte[] filled(int length) {
        byte[] spikes = new byte[length];
        Arrays.fill(spikes, (byte) 1);
        return spikes;
    }

    private static String sha256(FloatMatrix matrix) throws NoSuchAlgorithmException {
        float[] values = matrix.toArray();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    }
}
