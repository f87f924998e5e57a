package dev.spikelane.kernel.encode;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.BernoulliRow;
import dev.spikelane.simd.SimdWidth;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class BernoulliSpikesProperties extends KernelCase {

    @Property
    void everyVariantComparesWithTheUniformNumber(
            @Size int neurons,
            @UpTo(4) int batch,
            @UpTo(4) int steps,
            @ForAll boolean varying,
            @ForAll int sampleOfConstant,
            @ForAll long seed) {
        Random random = new Random(seed);
        float gain = random.nextInt(5) / 2f - 0.5f;
        float offset = random.nextInt(5) / 4f - 0.25f;
        int firstSample = varying ? 0 : sampleOfConstant;
        FloatMatrix data = data(varying ? steps * batch : batch, neurons, random);
        SpikeMatrix expected = SpikeMatrix.zeros(arena, steps * batch, neurons);
        for (int row = 0; row < expected.rows(); row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float uniform = CounterRandom.uniform(seed, row / batch, firstSample + row % batch, neuron);
                float probability = data.get(row % data.rows(), neuron) * gain + offset;
                expected.set(row, neuron, uniform < probability);
            }
        }

        SpikeMatrix entry = allOnes(steps * batch, neurons);
        if (varying) {
            new BernoulliSpikes(gain, offset).drawVarying(seed, batch, data, entry);
        } else {
            new BernoulliSpikes(gain, offset).draw(seed, firstSample, data, entry, 0);
        }
        assertSameBits(expected, entry, "entry");

        BernoulliRow draws = new BernoulliRow(gain, offset);
        SpikeMatrix scalar = allOnes(steps * batch, neurons);
        SpikeMatrix vector = allOnes(steps * batch, neurons);
        for (int row = 0; row < expected.rows(); row++) {
            long key = CounterRandom.rowKey(seed, row / batch, firstSample + row % batch);
            draws.scalar(key, data, row % data.rows(), scalar, row);
            if (SimdWidth.VECTOR) {
                for (int word = 0; word < vector.stride(); word++) {
                    draws.words(key, data.rows(row % data.rows(), 1), vector, row, word, word + 1);
                }
            }
        }
        assertSameBits(expected, scalar, "scalar");
        if (SimdWidth.VECTOR) {
            assertSameBits(expected, vector, "vector");
        }
    }

    @Property(tries = 100)
    void certainAndImpossibleSpikes(@Size int neurons, @UpTo(5) int steps, @ForAll long seed) {
        float[] never = {0, -0.0f, -1, Float.NaN, Float.NEGATIVE_INFINITY, -Float.MIN_VALUE};
        float[] always = {1, 1.5f, Float.POSITIVE_INFINITY, Float.MAX_VALUE};
        Random random = new Random(seed);
        boolean[] fires = new boolean[neurons];
        FloatMatrix data = FloatMatrix.zeros(arena, 1, neurons);
        for (int neuron = 0; neuron < neurons; neuron++) {
            fires[neuron] = random.nextBoolean();
            float[] kinds = fires[neuron] ? always : never;
            data.set(0, neuron, kinds[random.nextInt(kinds.length)]);
        }
        SpikeMatrix spikes = allOnes(steps, neurons);
        new BernoulliSpikes(1, 0).draw(seed, 0, data, spikes, 0);
        for (int step = 0; step < steps; step++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                assertEquals(fires[neuron], spikes.get(step, neuron), "probability " + data.get(0, neuron));
            }
        }
    }

    /** Strictly below: a neuron whose random number equals its probability does not fire. */
    @Property(tries = 100)
    void theComparisonIsStrict(@Size int neurons, @ForAll long seed) {
        FloatMatrix data =
                fill(FloatMatrix.zeros(arena, 1, neurons), neuron -> CounterRandom.uniform(seed, 0, 3, neuron));
        SpikeMatrix spikes = allOnes(1, neurons);
        new BernoulliSpikes(1, 0).draw(seed, 3, data, spikes, 0);
        assertEquals(0, spikes.count());
        for (int neuron = 0; neuron < neurons; neuron++) {
            data.set(0, neuron, Math.nextUp(data.get(0, neuron)));
        }
        new BernoulliSpikes(1, 0).draw(seed, 3, data, spikes, 0);
        assertEquals(neurons, spikes.count());
    }

    @Property(tries = 100)
    void padsStayZero(@Size int neurons, @UpTo(5) int steps, @ForAll long seed) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, steps, neurons);
        new BernoulliSpikes(1, 2).draw(seed, 0, FloatMatrix.zeros(arena, 1, neurons), spikes, 0);
        assertEquals((long) steps * neurons, spikes.count(), "all neurons, and no pad");
        assertSameBits(allOnes(steps, neurons), spikes, "offset 2");
    }

    @Property(tries = 100)
    void partsOfARunGiveTheWhole(
            @Size int neurons,
            @UpTo(value = 5, from = 2) int batch,
            @UpTo(value = 6, from = 2) int steps,
            @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix data = data(batch, neurons, random);
        SpikeMatrix whole = SpikeMatrix.zeros(arena, steps * batch, neurons);
        new BernoulliSpikes(0.7f, 0.1f).draw(seed, 20, data, whole, 0);

        int step = 1 + random.nextInt(steps - 1);
        SpikeMatrix tail = allOnes(steps * batch, neurons);
        new BernoulliSpikes(0.7f, 0.1f).draw(seed, 20, data, tail, step * batch);
        int rows = (steps - step) * batch;
        assertSameBits(whole.rows(step * batch, rows), tail.rows(step * batch, rows), "rows from step " + step);
        assertEquals((long) step * batch * neurons, tail.count(0, step * batch), "earlier rows are left alone");

        int sample = 1 + random.nextInt(batch - 1);
        int samples = batch - sample;
        SpikeMatrix part = SpikeMatrix.zeros(arena, steps * samples, neurons);
        new BernoulliSpikes(0.7f, 0.1f).draw(seed, 20 + sample, data.rows(sample, samples), part, 0);
        for (int s = 0; s < steps; s++) {
            assertSameBits(
                    whole.rows(s * batch + sample, samples), part.rows(s * samples, samples), "samples of step " + s);
        }
    }

    @Property(tries = 50)
    void varyingDataBeginAtTheFirstRow(@Size int neurons, @UpTo(3) int batch, @ForAll long seed) {
        FloatMatrix all = data(5 * batch, neurons, new Random(seed));
        SpikeMatrix whole = SpikeMatrix.zeros(arena, 5 * batch, neurons);
        SpikeMatrix late = SpikeMatrix.zeros(arena, 5 * batch, neurons);
        new BernoulliSpikes(1, 0).drawVarying(seed, batch, all, whole);
        new BernoulliSpikes(1, 0).drawVarying(seed, batch, all.rows(2 * batch, 3 * batch), late);
        assertEquals(0, late.count(0, 2 * batch));
        assertSameBits(whole.rows(2 * batch, 3 * batch), late.rows(2 * batch, 3 * batch), "from step 2");
    }

    /** Five standard deviations at a fixed seed. */
    @Example
    void meanIsTheProbability() {
        float[] probabilities = {0.001f, 0.1f, 0.5f, 0.77f, 0.999f};
        int steps = 200;
        int neurons = 1000;
        for (float probability : probabilities) {
            FloatMatrix data = FloatMatrix.zeros(arena, 1, neurons);
            data.fill(probability);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, steps, neurons);
            new BernoulliSpikes(1, 0).draw(42, 0, data, spikes, 0);
            double deviation = Math.sqrt(probability * (1 - probability) / ((double) steps * neurons));
            assertEquals(probability, spikes.density(), 5 * deviation);
        }
    }

    @Property(tries = 20)
    void seedsDiffer(@ForAll long seed) {
        FloatMatrix data = FloatMatrix.zeros(arena, 2, 200);
        data.fill(0.5f);
        SpikeMatrix one = SpikeMatrix.zeros(arena, 20, 200);
        SpikeMatrix other = SpikeMatrix.zeros(arena, 20, 200);
        new BernoulliSpikes(1, 0).draw(seed, 0, data, one, 0);
        new BernoulliSpikes(1, 0).draw(seed ^ 1L << 40, 0, data, other, 0);
        int equal = 0;
        for (int row = 0; row < 20; row++) {
            for (int neuron = 0; neuron < 200; neuron++) {
                equal += one.get(row, neuron) == other.get(row, neuron) ? 1 : 0;
            }
        }
        assertTrue(Math.abs(equal - 2000) < 7 * Math.sqrt(1000), equal + " of 4000 are equal");
    }

    /** Probabilities from below 0 to above 1, and NaN. */
    private FloatMatrix data(int rows, int neurons, Random random) {
        FloatMatrix data = FloatMatrix.zeros(arena, rows, neurons);
        for (int row = 0; row < rows; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                data.set(
                        row,
                        neuron,
                        switch (random.nextInt(20)) {
                            case 0 -> Float.NaN;
                            case 1 -> Float.POSITIVE_INFINITY;
                            case 2 -> Float.NEGATIVE_INFINITY;
                            default -> random.nextFloat() * 1.5f - 0.25f;
                        });
            }
        }
        return data;
    }

    private SpikeMatrix allOnes(int rows, int columns) {
        return fill(SpikeMatrix.zeros(arena, rows, columns), (row, column) -> true);
    }
}
