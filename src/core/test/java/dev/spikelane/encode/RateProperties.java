package dev.spikelane.encode;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@EveryWidth
final class RateProperties extends KernelCase {

    /** An encoding of data with a size and a seed. */
    record Encoding(Rate rate, int neurons, int batch, int steps, long seed) {

        int first() {
            return rate.firstSpikeTime();
        }

        FloatMatrix data(Arena arena, int rows) {
            Random random = new Random(seed);
            return fill(FloatMatrix.zeros(arena, rows, neurons), (row, neuron) -> random.nextFloat() * 1.4f - 0.2f);
        }

        /** Returns a matrix in which all spikes are set. */
        SpikeMatrix ones(Arena arena, int rows) {
            return fill(SpikeMatrix.zeros(arena, rows, neurons), (row, neuron) -> true);
        }

        float probability(float datum) {
            return Math.clamp(datum * rate.gain() + rate.offset(), 0f, 1f);
        }
    }

    @Provide
    Arbitrary<Encoding> encodings() {
        return Combinators.combine(
                        Arbitraries.of(1f, 0.5f, 2f, 0f, -1f),
                        Arbitraries.of(0f, 0.25f, -0.1f, 1f),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(1, 31, 32, 33, 63, 64, 65, 130),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(5, 8),
                        Arbitraries.longs())
                .as((gain, offset, first, neurons, batch, steps, seed) ->
                        new Encoding(new Rate(gain, offset, first), neurons, batch, steps, seed));
    }

    @Property
    void seedComparesWithTheCountedNumbers(@ForAll("encodings") Encoding e) {
        FloatMatrix data = e.data(arena, e.batch());
        SpikeMatrix expected = SpikeMatrix.zeros(arena, e.steps() * e.batch(), e.neurons());
        for (int row = e.first() * e.batch(); row < expected.rows(); row++) {
            for (int neuron = 0; neuron < e.neurons(); neuron++) {
                float uniform = CounterRandom.uniform(e.seed(), row / e.batch(), row % e.batch(), neuron);
                expected.set(row, neuron, uniform < e.probability(data.get(row % e.batch(), neuron)));
            }
        }
        SpikeMatrix spikes = e.ones(arena, expected.rows());
        e.rate().encode(data, spikes, e.seed());
        assertSameBits(expected, spikes, "spikes");
    }

    @Property(tries = 100)
    void partsOfABatchGiveTheWhole(@ForAll("encodings") Encoding e) {
        FloatMatrix data = e.data(arena, e.batch());
        SpikeMatrix whole = SpikeMatrix.zeros(arena, e.steps() * e.batch(), e.neurons());
        e.rate().encode(data, whole, e.seed());
        for (int sample = 0; sample < e.batch(); sample++) {
            SpikeMatrix part = e.ones(arena, e.steps());
            e.rate().encode(data.rows(sample, 1), part, e.seed(), sample);
            for (int step = 0; step < e.steps(); step++) {
                assertSameBits(whole.rows(step * e.batch() + sample, 1), part.rows(step, 1), "sample " + sample);
            }
        }
    }

    /** Like torch.bernoulli over all steps, silenced ones included: time, batch, neuron in C order. */
    @Property
    void torchStreamIsDrawnInTheOrderOfTheTensor(@ForAll("encodings") Encoding e) {
        FloatMatrix data = e.data(arena, e.batch());
        TorchRandom stream = new TorchRandom(e.seed());
        SpikeMatrix expected = SpikeMatrix.zeros(arena, e.steps() * e.batch(), e.neurons());
        for (int row = 0; row < expected.rows(); row++) {
            for (int neuron = 0; neuron < e.neurons(); neuron++) {
                boolean spike = stream.nextFloat() < e.probability(data.get(row % e.batch(), neuron));
                expected.set(row, neuron, spike && row >= e.first() * e.batch());
            }
        }
        TorchRandom random = new TorchRandom(e.seed());
        SpikeMatrix spikes = e.ones(arena, expected.rows());
        e.rate().encode(data, spikes, random);
        assertSameBits(expected, spikes, "spikes");
        assertEquals(stream.nextFloat(), random.nextFloat(), "the stream goes on at the same place");
    }

    /** Silent steps precede the data and draw no number. */
    @Property
    void varyingDataFollowSilentSteps(@ForAll("encodings") Encoding e) {
        FloatMatrix data = e.data(arena, e.steps() * e.batch());
        int silent = e.first() * e.batch();
        TorchRandom stream = new TorchRandom(e.seed());
        SpikeMatrix ofTorch = SpikeMatrix.zeros(arena, silent + data.rows(), e.neurons());
        SpikeMatrix ofSeed = SpikeMatrix.zeros(arena, silent + data.rows(), e.neurons());
        for (int row = silent; row < ofTorch.rows(); row++) {
            for (int neuron = 0; neuron < e.neurons(); neuron++) {
                float probability = e.probability(data.get(row - silent, neuron));
                float uniform = CounterRandom.uniform(e.seed(), row / e.batch(), row % e.batch(), neuron);
                ofTorch.set(row, neuron, stream.nextFloat() < probability);
                ofSeed.set(row, neuron, uniform < probability);
            }
        }
        SpikeMatrix spikes = e.ones(arena, ofTorch.rows());
        TorchRandom random = new TorchRandom(e.seed());
        e.rate().encodeVarying(data, e.batch(), spikes, random);
        assertSameBits(ofTorch, spikes, "torch");
        assertEquals(stream.nextFloat(), random.nextFloat(), "the stream goes on at the same place");
        e.rate().encodeVarying(data, e.batch(), spikes, e.seed());
        assertSameBits(ofSeed, spikes, "seed");
    }

    /** Constant data equal varying data that repeat one step. */
    @Property(tries = 100)
    void constantDataAreVaryingDataThatDoNotVary(@ForAll("encodings") Encoding e) {
        Rate rate = new Rate(e.rate().gain(), e.rate().offset(), 0);
        FloatMatrix data = e.data(arena, e.batch());
        FloatMatrix repeated = FloatMatrix.zeros(arena, e.steps() * e.batch(), e.neurons());
        for (int step = 0; step < e.steps(); step++) {
            repeated.rows(step * e.batch(), e.batch()).copyFrom(data);
        }
        SpikeMatrix constant = SpikeMatrix.zeros(arena, repeated.rows(), e.neurons());
        SpikeMatrix varying = SpikeMatrix.zeros(arena, repeated.rows(), e.neurons());
        rate.encode(data, constant, e.seed());
        rate.encodeVarying(repeated, e.batch(), varying, e.seed());
        assertSameBits(constant, varying, "seed");
        rate.encode(data, constant, new TorchRandom(e.seed()));
        rate.encodeVarying(repeated, e.batch(), varying, new TorchRandom(e.seed()));
        assertSameBits(constant, varying, "torch");
    }
}
