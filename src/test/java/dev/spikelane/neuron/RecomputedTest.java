package dev.spikelane.neuron;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.RandomNeuron;
import dev.spikelane.neuron.gradient.NeuronGradient;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From a state and the currents since, all follows that a model says a backward pass computes again. */
@EveryWidth
final class RecomputedTest {

    private static final int STEPS = 12;
    private static final int EVERY = 5;
    private static final int BATCH = 2;
    private static final int NEURONS = 70;

    private final Arena arena = Arena.ofAuto();

    private static IntStream models() {
        return IntStream.range(0, RandomNeuron.MODELS);
    }

    @ParameterizedTest
    @MethodSource("models")
    void statesBetweenCheckpointsFollow(int kind) {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            Neuron model = new RandomNeuron(arena, NEURONS, random).of(kind);
            int columns = NEURONS * RandomNeuron.gates(kind);
            NeuronGroup group = model.recurrence() instanceof Recurrence.AllToAll
                    ? model.bindPorts(arena, columns)
                    : model.bind(arena, columns);
            List<PortCurrents> currents = new ArrayList<>();
            List<NeuronState> before = new ArrayList<>();
            NeuronState state = group.newState(arena, BATCH);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, BATCH, NEURONS);
            for (int step = 0; step < STEPS; step++) {
                Tile current = Tile.whole(Matrices.uniform(arena, BATCH, columns, random));
                Tile feedback = Tile.whole(Matrices.uniform(arena, BATCH, columns, random));
                currents.add(new PortCurrents(current, group.takesFeedback() ? feedback : current));
                NeuronState kept = group.newState(arena, BATCH);
                kept.copyFrom(state);
                before.add(kept);
                PortSteps.<NeuronState>of(group).run(currents.getLast(), BATCH, state, spikes);
            }
            assertEquals(hasGradient(model, group) ? model.variables() : List.of(), model.recomputed(), model + "");
            NeuronState again = group.newState(arena, BATCH);
            for (int step = 0; step < STEPS; step++) {
                if (step % EVERY == 0) {
                    again.copyFrom(before.get(step));
                }
                for (String name : model.recomputed()) {
                    FloatMatrix expected = before.get(step).variable(name);
                    assertSameBits(expected, again.variable(name), name + " of " + model + " before step " + step);
                }
                PortSteps.<NeuronState>of(group).run(currents.get(step), BATCH, again, spikes);
            }
        }
    }

    private boolean hasGradient(Neuron model, NeuronGroup group) {
        if (model instanceof StateLeaky leaky && leaky.kernelTruncation() > 0
                || model instanceof LeakyParallel parallel && parallel.dropout() > 0) {
            assertThrows(IllegalArgumentException.class, () -> NeuronGradient.of(arena, model, group, BATCH, Set.of()));
            return false;
        }
        NeuronGradient.of(arena, model, group, BATCH, Set.of());
        return true;
    }
}
