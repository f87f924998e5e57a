package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Vector variants equal the specification bit for bit for every combination of options, and for the kernels beside the
 * leaky step.
 */
@EveryWidth
@FewerTries(fullWidth = 2)
final class NeuronOptionsProperties extends KernelCase {

    @ComparesVectors
    @Property(tries = 1500)
    void loopsFollowTheSpecification(@ForAll(supplier = NeuronCase.Supplier.class) NeuronCase neurons) {
        NeuronCase.Outcome expected = neurons.run(arena, true, false);
        NeuronCase.Outcome actual = neurons.run(arena, false, false);
        expected.assertSame(actual, "vector");
        assertZeroPads(actual.state(), "state");
        assertZeroPads(actual.spikes(), "spikes");
        assertZeroPads(actual.previous(), "previous spikes");
    }

    @Property(tries = 300)
    void oneStepAtATimeGivesTheWhole(@ForAll(supplier = NeuronCase.Supplier.class) NeuronCase neurons) {
        neurons.run(arena, false, false).assertSame(neurons.run(arena, false, true), "steps");
    }

    @ComparesVectors
    @Property(tries = 300)
    void longShortTermMemory(
            @Size int channels,
            @UpTo(20) int positions,
            @UpTo(3) int batch,
            @ForAll Compare compare,
            @ForAll Reset reset,
            @ForAll Reset.Time resetTime,
            @ForAll boolean inhibited,
            @ForAll boolean wild,
            @ForAll long seed) {
        int neurons = channels * positions;
        LeakyNeurons parameters = new LeakyModel(neurons)
                .threshold(0.1f)
                .gates(channels)
                .compare(compare)
                .reset(reset)
                .resetTime(resetTime)
                .inhibition(inhibited)
                .build(arena);
        Random random = new Random(seed);
        FloatMatrix current = fill(
                FloatMatrix.zeros(arena, batch, GateRows.GATES * neurons),
                (row, column) -> wild ? LeakyCase.Values.WILD.draw(random) : (random.nextFloat() - 0.5f) * 30);
        FloatMatrix feedback = Matrices.uniform(arena, batch, GateRows.GATES * neurons, random);
        FloatMatrix expected = Matrices.uniform(arena, 2 * batch, neurons, random);
        FloatMatrix actual = FloatMatrix.zeros(arena, 2 * batch, neurons);
        actual.copyFrom(expected);
        SpikeMatrix expectedSpikes = SpikeMatrix.zeros(arena, batch, neurons);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, batch, neurons);
        LeakyReference.run(
                parameters,
                new NeuronRun<>(expected, expected, expectedSpikes, Tile.whole(current))
                        .feedback(Tile.whole(feedback), 0),
                0,
                batch);
        Steps.run(
                parameters,
                new NeuronRun<>(actual, actual, spikes, Tile.whole(current)).feedback(Tile.whole(feedback), 0));
        assertSameBits(expectedSpikes, spikes, "spikes");
        assertSameBits(expected, actual, "state");
        assertZeroPads(actual, "state");
        assertZeroPads(spikes, "spikes");
    }
}
