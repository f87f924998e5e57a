package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Tile;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Spikes with a dropout. */
@EveryWidth
final class DropoutSpikesProperties extends KernelCase {

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void everyVariantDropsWhatTheUniformNumberSays(
            @Size int neurons,
            @UpTo(3) int batch,
            @ZeroTo(2) int firstRow,
            @ForAll LeakyCase.Values values,
            @ForAll Compare compare,
            @ForAll long step,
            @ForAll long seed) {
        Random random = new Random(seed);
        float probability = new float[] {0, 0.25f, 0.5f, 0.9f, Math.nextDown(1f)}[random.nextInt(5)];
        float threshold = new float[] {0.5f, 0, -0.5f}[random.nextInt(3)];
        LeakyNeurons parameters =
                new LeakyModel(neurons).threshold(threshold).compare(compare).build(arena);
        FloatMatrix membrane = FloatMatrix.zeros(arena, batch, neurons);
        SpikeMatrix expected = SpikeMatrix.zeros(arena, firstRow + batch, neurons);
        for (int sample = 0; sample < batch; sample++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float u = values.draw(random);
                membrane.set(sample, neuron, u);
                boolean kept = CounterRandom.uniform(seed, (int) step, sample, neuron) < 1 - probability;
                float output = u * ((kept ? 1 : 0) / (1 - probability));
                boolean fires = compare == Compare.STRICT ? output > threshold : output >= threshold;
                expected.set(firstRow + sample, neuron, fires);
            }
        }
        SpikeMatrix whole = SpikeMatrix.zeros(arena, firstRow + batch, neurons);
        fire(parameters, probability, seed, step, membrane, whole, firstRow, 0, whole.stride());
        assertSameBits(expected, whole, "whole rows");
        SpikeMatrix words = SpikeMatrix.zeros(arena, firstRow + batch, neurons);
        for (int word = 0; word < words.stride(); word++) {
            fire(parameters, probability, seed, step, membrane, words, firstRow, word, word + 1);
        }
        assertSameBits(expected, words, "word by word");
    }

    private static void fire(
            LeakyNeurons parameters,
            float probability,
            long seed,
            long step,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            int firstRow,
            int firstWord,
            int endWord) {
        NeuronRun<?> run =
                new NeuronRun<>(membrane, membrane, spikes, Tile.whole(membrane).at(firstWord, endWord));
        new DropoutSpikes(parameters, probability, seed).fire(step, run, firstRow);
    }

    @Example
    void refusesWhatDoesNotFit() {
        LeakyNeurons parameters = new LeakyModel(70).build(arena);
        FloatMatrix membrane = FloatMatrix.zeros(arena, 2, 70);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 3, 70);
        assertInvalid(
                "probability is 1.0, expected 0 to below 1",
                () -> fire(parameters, 1, 1, 0, membrane, spikes, 0, 0, 2));
        assertInvalid(
                "row of spikes range is [2, 4), expected a part of [0, 3)",
                () -> fire(parameters, 0.5f, 1, 0, membrane, spikes, 2, 0, 2));
        assertInvalid(
                "block range is [0, 3), expected a part of [0, 2)",
                () -> fire(parameters, 0.5f, 1, 0, membrane, spikes, 0, 0, 3));
        assertInvalid(
                "membrane is [2 x 60], expected [2 x 70]",
                () -> fire(parameters, 0.5f, 1, 0, FloatMatrix.zeros(arena, 2, 60), spikes, 0, 0, 1));
    }
}
