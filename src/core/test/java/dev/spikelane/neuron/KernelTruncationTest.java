package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.floats;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.engine.BoundPopulation;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** StateLeaky with a window of inputs. */
@EveryWidth
final class KernelTruncationTest {

    private static final int STEPS = 50;
    private static final int NEURONS = 130;

    private final Arena arena = Arena.ofAuto();
    private final FloatMatrix current = Matrices.uniform(arena, STEPS, NEURONS, new Random(1));

    private FloatMatrix run(StateLeaky model) {
        return run(model, SpikeMatrix.zeros(arena, STEPS, NEURONS));
    }

    private FloatMatrix run(StateLeaky model, SpikeMatrix spikes) {
        NeuronGroup group = model.bind(arena, NEURONS);
        FloatMatrix membranes = FloatMatrix.zeros(arena, STEPS, NEURONS);
        group.record(List.of(current), group.newState(arena, 1), spikes, membranes);
        return membranes;
    }

    private static float[] betas() {
        return floats(NEURONS, i -> i / (NEURONS - 1f));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16, 49, 50, 51, 1000})
    void membranesAreTruncatedConvolutions(int length) {
        float[] betas = betas();
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, NEURONS);
        FloatMatrix membranes = run(new StateLeaky(betas).withKernelTruncation(length), spikes);
        for (int step = 0; step < STEPS; step++) {
            for (int neuron = 0; neuron < NEURONS; neuron++) {
                double sum = 0;
                for (int age = 0; age < Math.min(length, step + 1); age++) {
                    sum += current.get(step - age, neuron) * Math.exp(-age * (1.0 - betas[neuron] + 1e-12));
                }
                assertEquals(sum, membranes.get(step, neuron), 1e-5, "step " + step + ", neuron " + neuron);
                assertEquals(membranes.get(step, neuron) > 1, spikes.get(step, neuron));
            }
        }
    }

    @Test
    void longWindowsGiveTheBitsOfNone() {
        StateLeaky model = new StateLeaky(betas());
        assertSameBits(run(model), run(model.withKernelTruncation(STEPS)), "membranes");
        assertSameBits(run(model), run(model.withKernelTruncation(3 * STEPS)), "membranes");
    }

    /** The sum itself is not rounded. */
    @Test
    void quantizationRoundsMembranesOnly() {
        Quantization levels = Quantization.of(-2, -1, 0, 1, 2);
        StateLeaky model = new StateLeaky(0.9f).withKernelTruncation(7);
        FloatMatrix membranes = run(model);
        FloatMatrix rounded =
                run(new StateLeaky(model.beta(), model.threshold(), model.gradedSpikesFactor(), levels, 7));
        for (int step = 0; step < STEPS; step++) {
            float nearest = (float) Math.clamp(Math.rint(membranes.get(step, 0)), -2, 2);
            assertEquals(nearest + 0.0f, rounded.get(step, 0) + 0.0f, "step " + step);
        }
    }

    @Test
    void windowsOfTooManyRowsAreAnError() {
        NeuronGroup group = new StateLeaky(0.9f).withKernelTruncation(4).bind(arena, 3);
        assertInvalid(
                "batch is 600000000, expected at most 536870911, as each sample has 4 steps in its window",
                () -> group.newState(arena, 600_000_000));
    }

    private static NeuronRun<NeuronState> words(NeuronState state, FloatMatrix currents, int first, int end) {
        return new NeuronRun<>(
                state, state.membrane(), state.spikes(), Tile.whole(currents).at(first, end));
    }

    /** Words of neurons may run one after another in separate calls, like threads. */
    @Test
    void wordsCountTheirOwnSteps() {
        NeuronGroup group = new StateLeaky(betas()).withKernelTruncation(4).bind(arena, NEURONS);
        assertFalse(group.coupled());
        FloatMatrix expected = FloatMatrix.zeros(arena, STEPS, NEURONS);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, NEURONS);
        group.record(List.of(current), group.newState(arena, 1), spikes, expected);

        NeuronState state = group.newState(arena, 1);
        FloatMatrix membranes = FloatMatrix.zeros(arena, STEPS, NEURONS);
        BoundPopulation.steps(group).run(words(state, current, 2, 3).go(STEPS, spikes, membranes));
        for (int step = 0; step < STEPS; step++) {
            FloatMatrix row = membranes.rows(step, 1);
            BoundPopulation.steps(group)
                    .run(words(state, current.rows(step, 1), 0, 2).go(1, spikes.rows(step, 1), row));
            assertEquals(step + 1, state.step());
        }
        assertSameBits(expected, membranes, "membranes");
        BoundPopulation.steps(group).run(words(state, current, 0, 1).go(1, spikes, null));
        assertInvalid(
                "neurons of word 1 have done 50 steps, expected 51 as those of word 0",
                () -> BoundPopulation.steps(group)
                        .run(words(state, current, 0, 3).go(1, spikes, null)));
        assertInvalid(
                "block range is [2, 4), expected a part of [0, 3)",
                () -> BoundPopulation.steps(group)
                        .run(words(state, current, 2, 4).go(1, spikes, null)));
        state.reset();
        assertEquals(0, state.step());
        membranes.fill(0);
        group.record(List.of(current), state, spikes, membranes);
        assertSameBits(expected, membranes, "membranes after a reset");
    }

    @Test
    void refusesWindowsOfNothing() {
        StateLeaky model = new StateLeaky(0.5f);
        assertInvalid("steps is 0, expected at least 1", () -> model.withKernelTruncation(StateLeaky.UNTRUNCATED));
        assertInvalid(
                "kernelTruncation is -1, expected at least 1 step, or UNTRUNCATED, 0",
                () -> new StateLeaky(
                        model.beta(), model.threshold(), model.gradedSpikesFactor(), model.quantization(), -1));
        NeuronGroup three = model.withKernelTruncation(3).bind(arena, 2);
        NeuronState ofFour = model.withKernelTruncation(4).bind(arena, 2).newState(arena, 1);
        assertInvalid(
                "window is [4 x 2], expected [3 x 2]",
                () -> three.run(List.of(FloatMatrix.zeros(arena, 1, 2)), ofFour, SpikeMatrix.zeros(arena, 1, 2)));
        assertEquals(3, model.withKernelTruncation(3).withThreshold(2).kernelTruncation());
    }
}
