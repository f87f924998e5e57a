package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Sums over windows: the definition, and equal bits of all variants. */
@EveryWidth
@FewerTries(fullWidth = 2)
final class WindowStepProperties extends KernelCase {

    /** Blocks of one, two and several steps, blocks that end with the run, and windows longer than a run. */
    static final class Lengths implements ArbitrarySupplier<Integer> {
        @Override
        public Arbitrary<Integer> get() {
            return Arbitraries.of(1, 2, 3, 4, 7, 13, 100);
        }
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void membranesAreSumsOfTheNewestInputs(
            @Size int neurons,
            @UpTo(3) int batch,
            @UpTo(30) int steps,
            @ForAll(supplier = Lengths.class) int length,
            @ForAll long seed) {
        WindowCase drawn = new WindowCase(neurons, batch, steps, length, LeakyCase.Values.ORDINARY, false, seed);
        FloatMatrix current = drawn.current(arena);
        WindowCase.Outcome outcome = drawn.specified(arena);
        for (int row = 0; row < current.rows(); row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                double sum = drawn.sum(current, row / batch, row % batch, neuron);
                assertEquals(sum, outcome.membranes().get(row, neuron), 1e-5, "row " + row + ", neuron " + neuron);
            }
        }
    }

    @Property(tries = 800, edgeCases = EdgeCasesMode.NONE)
    void everyCallGivesTheSpecification(
            @Size int neurons,
            @UpTo(3) int batch,
            @UpTo(16) int steps,
            @ForAll(supplier = Lengths.class) int length,
            @ForAll LeakyCase.Values values,
            @ForAll boolean quantized,
            @ForAll boolean tiled,
            @ForAll long seed) {
        WindowCase drawn = new WindowCase(neurons, batch, steps, length, values, quantized, seed);
        WindowCase.Outcome expected = drawn.specified(arena);
        WindowCase.Outcome actual = drawn.outcome(arena);
        LeakyNeurons parameters = drawn.parameters(arena);
        FloatMatrix weights = drawn.weights(arena);
        FloatMatrix current = drawn.current(arena);
        int words = actual.spikes().stride();
        int cut = tiled && !drawn.inhibited() ? 1 + new Random(seed).nextInt(words) : words;
        for (int first = 0; first < words; first += cut) { // ranges of words one after another
            int end = Math.min(first + cut, words);
            Tile input = tiled ? Tile.of(tile(current, first, end), neurons) : Tile.whole(current);
            for (int step = 0; step < steps; step++) {
                Steps.window(
                        parameters,
                        weights,
                        new NeuronRun<>(actual.state(), actual.state(), actual.spikes(), input.at(first, end))
                                .record(actual.membranes()),
                        actual.window(),
                        step * batch,
                        step);
            }
        }
        assertSameBits(expected.membranes(), actual.membranes(), "membranes");
        assertSameBits(expected.spikes(), actual.spikes(), "spikes");
        assertSameBits(expected.state(), actual.state(), "state");
        assertSameBits(expected.window(), actual.window(), "window");
        assertZeroPads(actual.window(), "window");
    }

    private FloatMatrix tile(FloatMatrix current, int firstWord, int endWord) {
        FloatMatrix tile = FloatMatrix.zeros(arena, current.rows(), (endWord - firstWord) * Long.SIZE);
        int first = firstWord * Long.SIZE;
        for (int row = 0; row < tile.rows(); row++) {
            for (int i = 0; i < Math.min(tile.columns(), current.columns() - first); i++) {
                tile.set(row, i, current.get(row, first + i));
            }
        }
        return tile;
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void whatIsNotANumberLeavesTheMembraneAgain(
            @ForAll(supplier = Lengths.class) int length, @ZeroTo(20) int at, @ZeroTo(2) int kind, @ForAll long seed) {
        int steps = 40;
        WindowCase drawn = new WindowCase(17, 1, steps, length, LeakyCase.Values.ORDINARY, false, seed);
        WindowCase.Outcome expected = drawn.outcome(arena);
        WindowCase.Outcome actual = drawn.outcome(arena);
        FloatMatrix current = drawn.current(arena);
        run(drawn, current, expected);
        current.set(at, 3, new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}[kind]);
        run(drawn, current, actual);
        for (int step = 0; step < steps; step++) {
            float membrane = actual.membranes().get(step, 3);
            if (step >= at && step < at + length) {
                assertTrue(!Float.isFinite(membrane), "step " + step + ": " + membrane);
            } else {
                assertEquals(expected.membranes().get(step, 3), membrane, "step " + step);
            }
            assertEquals(expected.membranes().get(step, 4), actual.membranes().get(step, 4));
        }
    }

    private void run(WindowCase drawn, FloatMatrix current, WindowCase.Outcome outcome) {
        LeakyNeurons parameters = drawn.parameters(arena);
        FloatMatrix weights = drawn.weights(arena);
        for (int step = 0; step < drawn.steps(); step++) {
            step(parameters, weights, current, step, outcome);
        }
    }

    private static void step(
            LeakyNeurons parameters, FloatMatrix weights, FloatMatrix current, int step, WindowCase.Outcome to) {
        Steps.window(
                parameters,
                weights,
                new NeuronRun<>(
                                to.state(),
                                to.state(),
                                to.spikes(),
                                Tile.whole(current).at(0, to.spikes().stride()))
                        .record(to.membranes()),
                to.window(),
                step,
                step);
    }

    @Example
    void refusesWhatDoesNotFit() {
        WindowCase drawn = new WindowCase(5, 1, 4, 3, LeakyCase.Values.DYADIC, false, 1);
        WindowCase.Outcome outcome = drawn.outcome(arena);
        FloatMatrix current = drawn.current(arena);
        FloatMatrix weights = drawn.weights(arena);
        LeakyNeurons parameters = drawn.parameters(arena);
        assertInvalid(
                "reset is SUBTRACT, expected NONE",
                () -> step(
                        new LeakyModel(5).param("alpha", 0.5f).synapse("alpha").build(arena),
                        weights,
                        current,
                        0,
                        outcome));
        LeakyNeurons early = new LeakyModel(5)
                .param("alpha", 0.5f)
                .synapse("alpha")
                .reset(Reset.NONE)
                .firesBefore(true)
                .build(arena);
        assertInvalid(
                "spike is BEFORE and feedback NONE, expected AFTER and NONE",
                () -> step(early, weights, current, 0, outcome));
        assertInvalid(
                "parameters have 1 variables, expected 2, membrane and sum",
                () -> step(new LeakyModel(5).reset(Reset.NONE).build(arena), weights, current, 0, outcome));
        assertInvalid(
                "window is [3 x 5], expected [2 x 5]", () -> step(parameters, weights.rows(0, 2), current, 0, outcome));
        assertInvalid(
                "current has 4 rows, expected at least 5 and at least 1 in use",
                () -> step(parameters, weights, current, 4, outcome));
        FloatMatrix two = FloatMatrix.zeros(arena, 4, 5);
        FloatMatrix windowOfTwo = FloatMatrix.zeros(arena, 6, 5);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 5);
        assertInvalid(
                "firstRow is 1, expected a multiple of the batch, 2",
                () -> Steps.window(
                        parameters,
                        weights,
                        new NeuronRun<>(two, two, spikes, Tile.whole(current).at(0, 1)),
                        windowOfTwo,
                        1,
                        0));
    }
}
