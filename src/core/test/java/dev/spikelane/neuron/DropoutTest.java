package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.engine.BoundPopulation;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LeakyParallel with a dropout of its outputs. */
@EveryWidth
final class DropoutTest {

    private static final int BATCH = 3;
    private static final int STEPS = 40;
    private static final int NEURONS = 130;
    private static final long SEED = 0x123456789ABCDEFL;

    private final Arena arena = Arena.ofAuto();
    private final Random random = new Random(1);
    private final FloatMatrix current = Matrices.uniform(arena, STEPS * BATCH, NEURONS, random);

    private record Outcome(FloatMatrix membranes, SpikeMatrix spikes) {}

    private Outcome run(LeakyParallel model, int rowsInCall) {
        NeuronGroup group = model.bind(arena, NEURONS);
        NeuronState state = group.newState(arena, BATCH);
        Outcome outcome = outcome();
        for (int row = 0; row < current.rows(); row += rowsInCall) {
            group.record(
                    List.of(current.rows(row, rowsInCall)),
                    state,
                    outcome.spikes.rows(row, rowsInCall),
                    outcome.membranes.rows(row, rowsInCall));
        }
        assertEquals(STEPS, state.step());
        return outcome;
    }

    private Outcome outcome() {
        return new Outcome(
                FloatMatrix.zeros(arena, STEPS * BATCH, NEURONS), SpikeMatrix.zeros(arena, STEPS * BATCH, NEURONS));
    }

    private LeakyParallel model(boolean allToAll) {
        Recurrence recurrence = allToAll
                ? Recurrence.allToAll(Matrices.uniform(arena, NEURONS, NEURONS, new Random(2)))
                : Recurrence.oneToOne(0.9f);
        return new LeakyParallel(recurrence, Parameter.of(0.1f), Parameter.of(0.5f), Parameter.of(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void firesWhatIsKeptAndLeavesMembranes(boolean allToAll) {
        float probability = 0.3f;
        LeakyParallel model = model(allToAll);
        Outcome plain = run(model, current.rows());
        Outcome actual = run(model.withDropout(probability, SEED), current.rows());
        assertSameBits(plain.membranes, actual.membranes, "membranes");
        SpikeMatrix expected = SpikeMatrix.zeros(arena, STEPS * BATCH, NEURONS);
        int dropped = 0;
        for (int row = 0; row < expected.rows(); row++) {
            for (int neuron = 0; neuron < NEURONS; neuron++) {
                boolean kept = CounterRandom.uniform(SEED, row / BATCH, row % BATCH, neuron) < 1 - probability;
                dropped += kept ? 0 : 1;
                float output = plain.membranes.get(row, neuron) * ((kept ? 1 : 0) / (1 - probability));
                expected.set(row, neuron, output > 0.5f);
            }
        }
        assertSameBits(expected, actual.spikes, "spikes");
        assertEquals(probability, dropped / (double) (STEPS * BATCH * NEURONS), 0.02);
        Outcome streamed = run(model.withDropout(probability, SEED), BATCH);
        assertSameBits(actual.membranes, streamed.membranes, "membranes of single steps");
        assertSameBits(actual.spikes, streamed.spikes, "spikes of single steps");
    }

    @Test
    void wordsOfNeuronsRunByThemselves() {
        LeakyParallel model = model(false).withDropout(0.5f, 7);
        Outcome expected = run(model, current.rows());
        NeuronGroup group = model.bind(arena, NEURONS);
        NeuronState state = group.newState(arena, BATCH);
        Outcome actual = outcome();
        for (int word = 2; word >= 0; word--) {
            NeuronRun<NeuronState> run = new NeuronRun<>(
                    state, state.membrane(), actual.spikes, Tile.whole(current).at(word, word + 1));
            BoundPopulation.steps(group).run(run.go(current.rows(), actual.spikes, actual.membranes));
        }
        assertSameBits(expected.membranes, actual.membranes, "membranes");
        assertSameBits(expected.spikes, actual.spikes, "spikes");
    }

    @Test
    void aResetBeginsAgainAndAnotherSeedDropsOthers() {
        LeakyParallel model = model(false).withDropout(0.5f, 7);
        SpikeMatrix expected = run(model, current.rows()).spikes;
        NeuronGroup group = model.bind(arena, NEURONS);
        NeuronState state = group.newState(arena, BATCH);
        SpikeMatrix actual = SpikeMatrix.zeros(arena, STEPS * BATCH, NEURONS);
        group.run(List.of(current.rows(0, 2 * BATCH)), state, actual.rows(0, 2 * BATCH));
        state.reset();
        group.run(List.of(current), state, actual);
        assertSameBits(expected, actual, "spikes");
        SpikeMatrix other = run(model.withDropout(0.5f, 8), current.rows()).spikes;
        int different = 0;
        for (int i = 0; i < NEURONS; i++) {
            different += expected.get(1, i) == other.get(1, i) ? 0 : 1;
        }
        assertEquals(true, different > 10, different + " different");
    }

    @Test
    void noDropoutIsTheModelWithoutTheOption() {
        assertEquals(new LeakyParallel(0.5f), new LeakyParallel(0.5f).withDropout(0, 0));
        assertEquals(
                "", new LeakyParallel(0.5f).withDropout(0, 3).bind(arena, 2).byStep());
        assertEquals("", model(true).withDropout(0, 3).bind(arena, NEURONS).byStep());
        assertEquals(
                0.5f,
                new LeakyParallel(0.5f).withDropout(0.5f, 3).withThreshold(2).dropout());
        for (float probability : new float[] {1, -0.1f, Float.NaN}) {
            assertInvalid(
                    "dropout is " + probability + ", expected a probability from 0 to below 1",
                    () -> new LeakyParallel(0.5f).withDropout(probability, 0));
        }
    }
}
