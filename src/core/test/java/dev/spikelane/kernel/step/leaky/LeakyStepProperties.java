package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Filled;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
@FewerTries
final class LeakyStepProperties extends KernelCase {

    @Property(tries = 600)
    void everyVariantFollowsTheEquation(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase neurons) {
        LeakyCase.Outcome expected = neurons.run(
                arena,
                (parameters, current, membrane, spikes, membranes) -> LeakyReference.run(
                        parameters,
                        new NeuronRun<>(membrane, membrane, spikes, Tile.whole(current)).record(membranes),
                        0,
                        current.rows()));
        expected.assertSame(neurons.run(arena, LeakyCase::record), "entry");
    }

    @Property(tries = 150)
    void runGivesWhatRecordGives(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase neurons) {
        LeakyCase.Outcome expected = neurons.run(arena, LeakyCase::record);
        LeakyCase.Outcome actual = neurons.run(
                arena,
                (parameters, current, membrane, spikes, membranes) -> Steps.run(parameters, current, membrane, spikes));
        assertSameBits(expected.spikes(), actual.spikes(), "spikes");
        assertSameBits(expected.membrane(), actual.membrane(), "state");
        assertSameBits(filled(neurons, 99), actual.membranes(), "membranes are left alone");
    }

    @Property(tries = 150)
    void membranesMayReplaceTheCurrent(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase neurons) {
        LeakyCase.Outcome expected = neurons.run(arena, LeakyCase::record);
        FloatMatrix current = neurons.current(arena);
        FloatMatrix membrane = neurons.firstMembrane(arena);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, neurons.rows(), neurons.neurons());
        LeakyCase.record(neurons.parameters(arena), current, membrane, spikes, current);
        expected.assertSame(new LeakyCase.Outcome(spikes, current, membrane), "in place");
    }

    @Property(tries = 150)
    void oneStepAtATimeGivesTheWhole(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase neurons) {
        LeakyCase.Outcome expected = neurons.run(arena, LeakyCase::record);
        int batch = neurons.batch();
        expected.assertSame(
                neurons.run(arena, (parameters, current, membrane, spikes, membranes) -> {
                    for (int row = 0; row < neurons.rows(); row += batch) {
                        LeakyCase.record(
                                parameters,
                                current.rows(row, batch),
                                membrane,
                                spikes.rows(row, batch),
                                membranes.rows(row, batch));
                    }
                }),
                "steps");
    }

    @Property(tries = 150)
    void sampleGivesTheSameAloneAndInABatch(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase neurons) {
        LeakyCase.Outcome expected = neurons.run(arena, LeakyCase::record);
        int sample = new Random(neurons.seed()).nextInt(neurons.batch());
        LeakyNeurons parameters = neurons.parameters(arena);
        FloatMatrix current = neurons.current(arena);
        FloatMatrix membrane = FloatMatrix.zeros(arena, 1, neurons.neurons());
        membrane.copyFrom(neurons.firstMembrane(arena).rows(sample, 1));
        for (int row = sample; row < neurons.rows(); row += neurons.batch()) {
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 1, neurons.neurons());
            Steps.run(parameters, current.rows(row, 1), membrane, spikes);
            assertSameBits(expected.spikes().rows(row, 1), spikes, "spikes of row " + row);
            assertSameBits(expected.membranes().rows(row, 1), membrane, "membrane of row " + row);
        }
    }

    @Property(tries = 150)
    void wordsGiveTheSameAloneAndTogether(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase drawn) {
        LeakyCase neurons = drawn.uncoupled();
        LeakyCase.Outcome expected = neurons.run(arena, LeakyCase::record);
        expected.assertSame(
                neurons.run(arena, (parameters, current, membrane, spikes, membranes) -> {
                    for (int word = spikes.stride() - 1; word >= 0; word--) {
                        Steps.run(
                                parameters.loops(),
                                new NeuronRun<>(
                                                membrane,
                                                membrane,
                                                spikes,
                                                Tile.whole(current).at(word, word + 1))
                                        .record(membranes),
                                0,
                                neurons.rows());
                    }
                }),
                "word by word");
    }

    /** A tile has the currents of the requested words from its column 0 on. */
    @Property(tries = 150)
    void tilesOfCurrentsGiveTheWhole(
            @ForAll(supplier = LeakyCase.Supplier.class) LeakyCase drawn, @ZeroTo(2) int wider) {
        LeakyCase neurons = drawn.uncoupled().withAnotherWord();
        LeakyCase.Outcome expected = neurons.run(arena, LeakyCase::record);
        int columns = 64 + 64 * wider;
        FloatMatrix tile = FloatMatrix.zeros(arena, neurons.rows(), columns);
        LeakyCase.Outcome recorded = neurons.run(arena, (parameters, current, membrane, spikes, membranes) -> {
            for (int word = 0; word < spikes.stride(); word++) {
                fill(tile, current, word);
                Steps.run(
                        parameters.loops(),
                        new NeuronRun<>(
                                        membrane,
                                        membrane,
                                        spikes,
                                        Tile.of(tile, neurons.neurons()).at(word, word + 1))
                                .record(membranes),
                        0,
                        neurons.rows());
            }
        });
        expected.assertSame(recorded, "recorded");
        LeakyCase.Outcome run = neurons.run(arena, (parameters, current, membrane, spikes, membranes) -> {
            for (int word = 0; word < spikes.stride(); word++) {
                fill(tile, current, word);
                Steps.run(
                        parameters.loops(),
                        new NeuronRun<>(
                                membrane,
                                membrane,
                                spikes,
                                Tile.of(tile, neurons.neurons()).at(word, word + 1)),
                        0,
                        neurons.rows());
            }
        });
        assertSameBits(expected.spikes(), run.spikes(), "run, spikes");
        assertSameBits(expected.membrane(), run.membrane(), "run, state");
    }

    private static void fill(FloatMatrix tile, FloatMatrix current, int word) {
        tile.fill(Float.NaN);
        for (int row = 0; row < tile.rows(); row++) {
            for (int lane = 0; lane < 64; lane++) {
                int neuron = 64 * word + lane;
                tile.set(row, lane, neuron < current.columns() ? current.get(row, neuron) : 0);
            }
        }
    }

    @Property(tries = 150)
    void onlyTheWordsAskedForAreWritten(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase drawn) {
        LeakyCase neurons = drawn.uncoupled().withAnotherWord();
        int last = (neurons.neurons() - 1) / 64;
        LeakyCase.Outcome actual = neurons.run(arena, (parameters, current, membrane, spikes, membranes) -> {
            spikes.clear();
            Steps.run(
                    parameters.loops(),
                    new NeuronRun<>(
                                    membrane,
                                    membrane,
                                    spikes,
                                    Tile.whole(current).at(last, last + 1))
                            .record(membranes),
                    0,
                    neurons.rows());
        });
        FloatMatrix first = neurons.firstMembrane(arena);
        for (int row = 0; row < neurons.rows(); row++) {
            for (int neuron = 0; neuron < 64 * last; neuron++) {
                assertEquals(false, actual.spikes().get(row, neuron));
                assertEquals(99, actual.membranes().get(row, neuron));
                assertEquals(
                        first.get(row % neurons.batch(), neuron),
                        actual.membrane().get(row % neurons.batch(), neuron));
            }
        }
        assertZeroPads(actual.membrane(), "state");
    }

    @Property(tries = 100)
    void onlyTheRowsAskedForAreWritten(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase neurons) {
        LeakyCase.Outcome expected = neurons.run(arena, LeakyCase::record);
        LeakyCase.Outcome actual = neurons.run(arena, (parameters, current, membrane, spikes, membranes) -> {
            spikes.clear();
            Steps.run(
                    parameters.loops(),
                    new NeuronRun<>(membrane, membrane, spikes, Tile.whole(current)).record(membranes),
                    0,
                    neurons.batch());
        });
        int step = neurons.batch();
        assertSameBits(expected.spikes().rows(0, step), actual.spikes().rows(0, step), "spikes");
        assertSameBits(expected.membranes().rows(0, step), actual.membranes().rows(0, step), "membranes");
        if (neurons.steps() > 1) {
            int rest = neurons.rows() - step;
            assertEquals(0, actual.spikes().count(step, rest));
            assertSameBits(
                    filled(neurons, 99).rows(step, rest), actual.membranes().rows(step, rest), "the rest");
        }
    }

    /** With beta 1 nothing leaks: all input is in the membrane or was subtracted. */
    @Property(tries = 100)
    void resetsConserveTheInput(@Size int neurons, @UpTo(4) int batch, @UpTo(30) int steps, @ForAll long seed) {
        Random random = new Random(seed);
        float threshold = (1 + random.nextInt(8)) / 4f;
        LeakyNeurons parameters = new LeakyModel(neurons).threshold(threshold).build(arena);
        FloatMatrix current =
                Filled.fill(FloatMatrix.zeros(arena, steps * batch, neurons), (row, neuron) -> random.nextInt(9) / 4f);
        FloatMatrix membrane = FloatMatrix.zeros(arena, batch, neurons);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, steps * batch, neurons);
        Steps.run(parameters, current, membrane, spikes);
        for (int sample = 0; sample < batch; sample++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float input = 0;
                int resets = 0;
                for (int step = 0; step < steps; step++) {
                    input += current.get(step * batch + sample, neuron);
                    // a reset follows in the next step, so the last spike has none yet
                    resets += step < steps - 1 && spikes.get(step * batch + sample, neuron) ? 1 : 0;
                }
                assertEquals(input, membrane.get(sample, neuron) + threshold * resets);
            }
        }
    }

    @Property(tries = 150)
    void inhibitionLeavesOneSpikeARow(@ForAll(supplier = LeakyCase.Supplier.class) LeakyCase drawn) {
        LeakyCase neurons = drawn.inhibited();
        LeakyCase.Outcome outcome = neurons.run(arena, LeakyCase::record);
        for (int row = 0; row < neurons.rows(); row++) {
            assertTrue(outcome.spikes().count(row, 1) <= 1);
        }
    }

    @Property(tries = 100)
    void firstOfEqualMembranesFires(@Size int neurons, @ForAll long seed) {
        Random random = new Random(seed);
        int first = random.nextInt(neurons);
        FloatMatrix current = FloatMatrix.zeros(arena, 1, neurons);
        current.fill(1.5f);
        for (int neuron = first; neuron < neurons; neuron++) {
            current.set(0, neuron, neuron == first || random.nextBoolean() ? 2 : 1.25f);
        }
        SpikeMatrix spikes = Matrices.spikes(arena, 1, neurons, 0.5, random);
        LeakyNeurons parameters = new LeakyModel(neurons).inhibition(true).build(arena);
        Steps.run(parameters, current, FloatMatrix.zeros(arena, 1, neurons), spikes);
        assertEquals(1, spikes.count());
        assertTrue(spikes.get(0, first), "neuron " + first);
    }

    private FloatMatrix filled(LeakyCase neurons, float value) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, neurons.rows(), neurons.neurons());
        matrix.fill(value);
        return matrix;
    }
}
