package dev.spikelane.kernel.step;

import static dev.spikelane.Filled.floats;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.step.leaky.LeakyCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.simd.Arange;
import dev.spikelane.simd.SimdWidth;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** All searches for the nearest level equal the specification: at levels, halfway between them, and far away. */
@EveryWidth
@FewerTries
final class QuantizeProperties extends KernelCase {

    @ComparesVectors
    @Property(tries = 400)
    void anyLevels(@Size int neurons, @UpTo(200) int count, @ForAll long seed) {
        Random random = new Random(seed);
        float[] levels = floats(count, i -> (random.nextInt(17) - 8) / 4f);
        check(neurons, random, levels);
    }

    @Property(tries = 400)
    void ascendingLevels(@Size int neurons, @UpTo(200) int count, @ForAll long seed) {
        Random random = new Random(seed);
        float[] levels = new float[count];
        for (int i = 0; i < count; i++) {
            // Some equal, some one unit in the last place apart, zeros of both signs.
            levels[i] = i > 0 && random.nextInt(3) == 0
                    ? Math.nextUp(levels[i - 1])
                    : (random.nextInt(33) - 16) / 8f * (random.nextBoolean() ? 1 : -1);
        }
        Arrays.sort(levels);
        QuantizeLevels known = QuantizeLevels.of(arena, levels);
        assertTrue(known.ascending(), "ascending");
        check(neurons, random, levels);
    }

    @Property(tries = 600)
    void uniformLevels(@Size int neurons, @UpTo(12) int bits, @ForAll long seed) {
        Random random = new Random(seed);
        float scale = (float) Math.pow(10, random.nextInt(9) - 4) * (0.5f + random.nextFloat());
        float low = -scale * (1 + random.nextInt(3) / 4f);
        float high = scale * (1 + random.nextInt(3) / 4f);
        float[] levels = uniform(low, high, 1 << bits);
        assertTrue(QuantizeLevels.of(arena, levels).uniform(), "uniform");
        check(neurons, random, levels);
    }

    /** Around the quotients that may decide between two levels. */
    @Property(tries = 600)
    void aroundTheMiddleOfUniformLevels(@UpTo(12) int bits, @ForAll long seed) {
        Random random = new Random(seed);
        float low = -(0.5f + random.nextFloat()) * (1 << random.nextInt(20));
        float high = (0.5f + random.nextFloat()) * (1 << random.nextInt(20));
        float[] levels = uniform(low, high, 1 << bits);
        QuantizeLevels known = QuantizeLevels.of(arena, levels);
        Assume.that(known.uniform());
        FloatMatrix x = FloatMatrix.zeros(arena, 1, 256);
        for (int neuron = 0; neuron < x.columns(); neuron++) {
            int i = random.nextInt(levels.length - 1);
            float middle = (levels[i] + levels[i + 1]) / 2;
            float away = (random.nextFloat() - 0.5f) * 4 * known.doubt() * (levels[i + 1] - levels[i]);
            x.set(0, neuron, middle + (random.nextBoolean() ? away : away / 16));
        }
        FloatMatrix expected = copy(x);
        Quantize.scalar(known, expected, 0, 0, x.columns());
        Quantize.row(known, x, 0, 0, x.columns());
        assertSameBits(expected, x, "around the middle");
    }

    /** The highest level keeps its sign if it is -0. */
    @Example
    void highestLevelMayBeMinusZero() {
        for (float[] levels : new float[][] {{-1, -0.0f}, {-0.75f, -0.0f}, {-1, -0.5f, -0.0f}}) {
            assertTrue(QuantizeLevels.of(arena, levels).uniform(), "uniform");
            for (int seed = 0; seed < 20; seed++) {
                check(200, new Random(seed), levels);
            }
        }
    }

    @Example
    void sixteenBits() {
        float[] levels = Quantization.uniform(16, 1, 0, 0.2).levels();
        assertTrue(QuantizeLevels.of(arena, levels).uniform(), "uniform");
        check(200, new Random(1), levels);
    }

    /** If even the greatest distance would be infinite, infinity becomes the first level. */
    @Example
    void hugeLevels() {
        for (float scale : new float[] {0x1p104f, 0x1p105f, 0x1p106f, 1e33f, 0x1p126f}) {
            for (int bits = 1; bits < 4; bits++) {
                for (int seed = 0; seed < 20; seed++) {
                    check(40, new Random(seed), uniform(-scale, scale, 1 << bits));
                }
            }
        }
    }

    @Example
    void tellsUniformLevelsFromOthers() {
        assertFalse(QuantizeLevels.of(arena, 1).uniform(), "one level");
        assertFalse(QuantizeLevels.of(arena, 0, 1, 3).uniform(), "unequal distances");
        assertFalse(QuantizeLevels.of(arena, 1, 0.5f, 0).uniform(), "falling");
        assertFalse(QuantizeLevels.of(arena, 1, Math.nextUp(1f)).uniform(), "too near each other");
        assertFalse(QuantizeLevels.of(arena, 0, Float.MIN_VALUE).uniform(), "subnormal");
        assertFalse(QuantizeLevels.of(arena, -Float.MAX_VALUE, Float.MAX_VALUE).uniform(), "infinitely far");
        assertTrue(QuantizeLevels.of(arena, 0, 1).uniform(), "two levels");
        assertTrue(QuantizeLevels.of(arena, 0, 0x1p105f).uniform(), "far");
        assertFalse(QuantizeLevels.of(arena, 0, 0x1p106f).uniform(), "too far for the farthest distance");
    }

    private static float[] uniform(float low, float high, int count) {
        return floats(count, i -> Arange.between(low, high, i, count));
    }

    private void check(int neurons, Random random, float... levels) {
        QuantizeLevels known = QuantizeLevels.of(arena, levels);
        FloatMatrix x = FloatMatrix.zeros(arena, 2, neurons);
        boolean wild = random.nextInt(4) == 0;
        for (int neuron = 0; neuron < neurons; neuron++) {
            x.set(1, neuron, wild ? LeakyCase.Values.WILD.draw(random) : awkward(random, levels));
        }
        FloatMatrix expected = copy(x);
        Quantize.scalar(known, expected, 1, 0, neurons);
        int end = (neurons + 63) / 64 * 64;
        FloatMatrix actual = copy(x);
        Quantize.row(known, actual, 1, 0, end);
        assertSameBits(expected, actual, "as chosen");
        assertZeroPads(actual, "as chosen");
        if (SimdWidth.VECTOR) {
            actual = copy(x);
            QuantizeVector.LOOPS.row(known.values(), actual, 1, 0, end);
            assertSameBits(expected, actual, "all levels");
            assertZeroPads(actual, "all levels");
        }
        for (int neuron = 0; neuron < neurons && known.ascending(); neuron++) {
            assertEquals(
                    Float.floatToRawIntBits(expected.get(1, neuron)),
                    Float.floatToRawIntBits(Quantize.nearest(known, x.get(1, neuron))),
                    "nearest of " + x.get(1, neuron));
        }
    }

    private FloatMatrix copy(FloatMatrix from) {
        FloatMatrix copy = FloatMatrix.zeros(arena, from.rows(), from.columns());
        copy.copyFrom(from);
        return copy;
    }

    /** Levels, middles, random places, some steps outside and far outside, and their neighbors. */
    private static float awkward(Random random, float... levels) {
        float one = levels[random.nextInt(levels.length)];
        float other = levels[random.nextInt(levels.length)];
        float range = levels[levels.length - 1] - levels[0];
        float x = switch (random.nextInt(6)) {
            case 0 -> one;
            case 1 -> (one + other) / 2;
            case 2 -> {
                int i = random.nextInt(levels.length);
                yield (levels[i] + levels[Math.min(i + 1, levels.length - 1)]) / 2;
            }
            case 3 -> levels[0] + random.nextFloat() * range;
            case 4 -> one + (random.nextFloat() - 0.5f) * 8 * range;
            default -> one * (float) Math.pow(10, random.nextInt(12));
        };
        return switch (random.nextInt(3)) {
            case 0 -> x;
            case 1 -> Math.nextUp(x);
            default -> Math.nextDown(x);
        };
    }
}
