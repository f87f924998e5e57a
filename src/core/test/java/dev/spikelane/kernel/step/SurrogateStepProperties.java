package dev.spikelane.kernel.step;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Exponential;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class SurrogateStepProperties {

    private static final float[] STRANGE = {
        0f, -0f, 1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 1e20f, -90f
    };

    @Property(tries = 500)
    void everyShapeIsItsSpecification(
            @ForAll SurrogateShape shape,
            @Size int neurons,
            @ForAll boolean strange,
            @ForAll boolean inPlace,
            @ForAll long seed) {
        Assume.that(shape != SurrogateShape.STOCHASTIC_SPIKE_OPERATOR);
        Random random = new Random(seed);
        FloatMatrix distance = draw(random, neurons, strange);
        FloatMatrix gradient = draw(random, neurons, strange);
        SurrogateStep step = new SurrogateStep(shape, 1 + random.nextInt(25), random.nextFloat());
        FloatMatrix expected = FloatMatrix.zeros(3, neurons);
        for (int row = 0; row < 3; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float x = distance.get(row, neuron);
                expected.set(row, neuron, reference(shape, step.constants(), x, gradient.get(row, neuron)));
            }
        }
        FloatMatrix got = inPlace ? gradient : FloatMatrix.zeros(3, neurons);
        step.backward(distance, gradient, got);
        assertSameBits(expected, got, shape.toString());
    }

    private static float reference(SurrogateShape shape, SurrogateConstants constants, float x, float g) {
        float a = constants.a();
        return switch (shape) {
            case ATAN -> {
                float y = a * x;
                yield 1 / (1 + y * y) * constants.b() * g;
            }
            case FAST_SIGMOID -> g / squareOfSum(a * Math.abs(x));
            case SIGMOID -> {
                float e = Exponential.scalar(-Math.abs(a * x));
                yield g * a * e / squareOfSum(e);
            }
            case STRAIGHT_THROUGH -> g;
            case TRIANGULAR -> x >= 0 ? -(g * a) : g * a;
            case HEAVISIDE -> g * (x > 0 ? 1 : 0);
            case SPIKE_RATE_ESCAPE -> g * constants.b() * Exponential.scalar(-(a * Math.abs(x - 1)));
            case LEAKY_SPIKE_OPERATOR -> x > 0 ? g : a * g;
            case SPARSE_FAST_SIGMOID -> g / squareOfSum(a * Math.abs(x)) * (x > constants.b() ? 1 : 0);
            case GAUSSIAN -> g * constants.b() * Exponential.scalar(-(a * x * (a * x)));
            case BOXCAR -> g * constants.b() * (Math.abs(x) < a ? 1 : 0);
            case TENT -> a * Math.abs(x) < 1 ? g * constants.b() * (1 - a * Math.abs(x)) : 0;
            case STOCHASTIC_SPIKE_OPERATOR -> throw new AssertionError(shape);
        };
    }

    private static float squareOfSum(float term) {
        float sum = term + 1;
        return sum * sum;
    }

    private static FloatMatrix draw(Random random, int neurons, boolean strange) {
        FloatMatrix matrix = FloatMatrix.zeros(3, neurons);
        for (int row = 0; row < 3; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                boolean odd = strange && random.nextInt(4) == 0;
                matrix.set(row, neuron, odd ? STRANGE[random.nextInt(STRANGE.length)] : (float) random.nextGaussian());
            }
        }
        return matrix;
    }

    @Property(tries = 50)
    void noiseBelongsToSampleStepAndNeuron(@Size int neurons, @ForAll long seed) {
        SurrogateStep step = new SurrogateStep(SurrogateShape.STOCHASTIC_SPIKE_OPERATOR, 0.25, 0.5);
        CounterRandom.Draws draws = CounterRandom.Draws.surrogate(seed, 3, 4);
        draws.setEpoch(2);
        draws.setSamples(new int[] {9, 7, 100}, 1, 2);
        FloatMatrix distance = FloatMatrix.zeros(2, neurons);
        distance.set(0, 0, 1);
        FloatMatrix gradient = FloatMatrix.zeros(2, neurons);
        gradient.fill(2);
        FloatMatrix got = FloatMatrix.zeros(2, neurons);
        step.backward(distance, gradient, got, draws, 11, 64);
        long key = CounterRandom.block((int) seed, (int) (seed >>> 32), 2, 4 + 256 * 3);
        for (int row = 0; row < 2; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float u = CounterRandom.uniform(key, 11, row == 0 ? 7 : 100, 64 + neuron);
                float expected = row == 0 && neuron == 0 ? 2 : 2 * ((u - 0.5f + 0.25f) * 0.5f);
                assertEquals(expected, got.get(row, neuron), "row " + row + ", neuron " + neuron);
            }
        }
    }

    @Example
    void refusesWhatDoesNotFit() {
        SurrogateStep atan = new SurrogateStep(SurrogateShape.ATAN, 2, 0);
        SurrogateStep noise = new SurrogateStep(SurrogateShape.STOCHASTIC_SPIKE_OPERATOR, 0, 1);
        FloatMatrix two = FloatMatrix.zeros(2, 3);
        FloatMatrix three = FloatMatrix.zeros(3, 3);
        assertInvalid("gradientOfSpikes is [3 x 3], expected [2 x 3]", () -> atan.backward(two, three, two));
        assertInvalid(
                "gradientOfDistance shares memory with other rows of distance, expected the same rows or memory of its own",
                () -> atan.backward(three.rows(0, 2), two, three.rows(1, 2)));
        assertIllegalState(
                "surrogate STOCHASTIC_SPIKE_OPERATOR draws random numbers, expected draws",
                () -> noise.backward(two, two, two));
    }
}
