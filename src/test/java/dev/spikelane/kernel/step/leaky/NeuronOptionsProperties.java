package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.kernel.Awkward;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.cell.LstmStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Every combination of options, and the kernels beside the leaky step: the vector variants give the bits of the
 * specification.
 */
@EveryWidth
@FewerTries
final class NeuronOptionsProperties {

    private Arena arena;

    @BeforeTry
    void open() {
        arena = Arena.ofShared();
    }

    @AfterTry
    void close() {
        arena.close();
    }

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
            @ForAll(supplier = Awkward.Sizes.class) int channels,
            @ForAll @IntRange(min = 1, max = 20) int positions,
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll Compare compare,
            @ForAll Reset reset,
            @ForAll Reset.Time resetTime,
            @ForAll boolean inhibited,
            @ForAll boolean wild,
            @ForAll long seed) {
        int neurons = channels * positions;
        LeakyParameters parameters = LeakyParameters.builder(neurons)
                .threshold(0.1f)
                .synapse(0)
                .compare(compare)
                .reset(reset)
                .resetTime(resetTime)
                .inhibition(inhibited)
                .build(arena);
        Random random = new Random(seed);
        FloatMatrix current = FloatMatrix.zeros(arena, batch, LstmStep.GATES * neurons);
        for (int row = 0; row < batch; row++) {
            for (int column = 0; column < current.columns(); column++) {
                current.set(row, column, wild ? LeakyCase.Values.WILD.draw(random) : (random.nextFloat() - 0.5f) * 30);
            }
        }
        FloatMatrix feedback = Matrices.uniform(arena, batch, LstmStep.GATES * neurons, random);
        FloatMatrix expected = Matrices.uniform(arena, 2 * batch, neurons, random);
        FloatMatrix actual = FloatMatrix.zeros(arena, 2 * batch, neurons);
        actual.copyFrom(expected);
        SpikeMatrix expectedSpikes = SpikeMatrix.zeros(arena, batch, neurons);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, batch, neurons);
        for (int sample = 0; sample < batch; sample++) {
            LstmStep.scalar(
                    parameters, channels, new StepRun(current, expected, expectedSpikes).feedback(feedback), sample);
            new LeakyReference(parameters.options)
                    .fire(parameters, new StepRun(current, expected, expectedSpikes), sample);
        }
        FloatMatrix workspace = LstmStep.workspace(arena, neurons);
        LstmStep.step(parameters, channels, new StepRun(current, actual, spikes).feedback(feedback), workspace, 0);
        assertSameBits(expectedSpikes, spikes, "spikes");
        assertSameBits(expected, actual, "state");
    }

    @Example
    void longShortTermMemoryRefusesWhatDoesNotFit() {
        assertMessage(
                IllegalArgumentException.class,
                "firstRow is 1, expected a multiple of the batch, 2",
                () -> step(LeakyParameters.builder(5).synapse(0).build(arena), 1));
        assertMessage(
                IllegalArgumentException.class,
                "spike is BEFORE and feedback NONE, expected AFTER and NONE",
                () -> step(
                        LeakyParameters.builder(5).synapse(0).firesBefore(true).build(arena), 0));
        assertMessage(
                IllegalArgumentException.class,
                "spike is AFTER and feedback OWN_SPIKES, expected AFTER and NONE",
                () -> step(
                        LeakyParameters.builder(5)
                                .synapse(0)
                                .feedback(Feedback.OWN_SPIKES, 1)
                                .build(arena),
                        0));
    }

    private void step(LeakyParameters parameters, int firstRow) {
        FloatMatrix state = FloatMatrix.zeros(arena, 4, 5);
        LstmStep.step(
                parameters,
                5,
                new StepRun(FloatMatrix.zeros(arena, 4, 20), state, SpikeMatrix.zeros(arena, 4, 5))
                        .feedback(FloatMatrix.zeros(arena, 4, 20)),
                LstmStep.workspace(arena, 5),
                firstRow);
    }
}
