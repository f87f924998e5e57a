package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.stream.Stream;

/** Some samples of a population in a loop, which a thread runs back through all steps of a segment. */
final class SampleGroup {

    private final GradientPopulation population;
    private final int number;

    private final SampleViews spikes;
    private final NeuronState state;
    private final NeuronRun<NeuronState> currents;

    private final SampleViews[] ofCurrents;

    private final OutputGradients[] variables;
    /** Sources of spike gradients in the order of projections; the next field holds them for variables. */
    private final SampleViews[] targets;

    private final SampleViews[][] targetsOf;

    private final NeuronBackward.Step place = new NeuronBackward.Step();
    private final FloatMatrix ofSpikes;
    private final Tile gathered;
    private final Tile added;
    private final FloatMatrix distance;
    private final Tile ofVariable;
    private final Tile gatheredOf;
    /** Gradients of the variables after the next step of the backward pass. */
    private final FloatMatrix carried;

    private final FloatMatrix[] carriedOf;
    /** Recomputed variables before each step of the segment and after the last. */
    private final FloatMatrix[] past;

    private NeuronBackward neurons;

    SampleGroup(GradientPopulation population, int number, int first, int count, RunSize size, Arena arena) {
        int columns = population.declared().size();
        this.population = population;
        this.number = number;
        this.spikes = new SampleViews(first, count, size.batch());
        this.state = population.forward().newState(count);
        Tile none = Tile.whole(FloatMatrix.zeros(arena, 1, 1));
        int ports = population.forward().currents().length;
        this.currents = new NeuronRun<>(
                state,
                state.membrane(),
                population.forward().spikes().block(),
                Stream.generate(none::another).limit(ports).toArray(Tile[]::new));
        this.ofCurrents = SampleViews.of(ports, first, count, size.batch());
        this.variables = population.ofVariables();
        this.targets = SampleViews.of(population.ofSpikes().projections().size() + 1, first, count, size.batch());
        this.targetsOf = new SampleViews[variables.length][];
        for (int i = 0; i < variables.length; i++) {
            targetsOf[i] = SampleViews.of(variables[i].projections().size() + 1, first, count, size.batch());
        }
        this.ofSpikes = FloatMatrix.zeros(arena, count, columns);
        this.gathered = Tile.whole(ofSpikes);
        this.distance = FloatMatrix.zeros(arena, count, columns);
        this.added = Tile.whole(distance);
        this.ofVariable = Tile.whole(distance);
        this.gatheredOf = Tile.whole(FloatMatrix.zeros(arena, count, columns));
        this.carried = FloatMatrix.zeros(arena, variables.length * count, columns);
        this.carriedOf = new FloatMatrix[variables.length];
        this.past = new FloatMatrix[population.neurons().needsCurrents() ? variables.length : 0];
        for (int i = 0; i < variables.length; i++) {
            carriedOf[i] = carried.rows(i * count, count);
        }
        for (int i = 0; i < past.length; i++) {
            past[i] = FloatMatrix.zeros(arena, (size.segment() + 1) * count, columns);
        }
        this.neurons = population.neurons().ofSamples(first, count);
    }

    private FloatMatrix variable(int number) {
        return state.variable(state.names().get(number));
    }

    void openBack(int firstStep, int steps) {
        for (int i = 0; i < carriedOf.length; i++) {
            copy(population.carried().of(i), spikes.first(), carriedOf[i], 0);
        }
        if (past.length > 0) {
            state.copySamples(population.forward().start(), spikes.first(), 0, spikes.count());
            keep(0);
            for (int step = 0; step < steps; step++) {
                goTo(firstStep + step);
                SpikeMatrix fired = population.forward().spikes().samples(firstStep + step, 0, spikes);
                population.forward().steps().run(currents.go(spikes.count(), fired, null));
                keep(step + 1);
            }
        }
    }

    private void goTo(int step) {
        for (int i = 0; i < ofCurrents.length; i++) {
            currents.ports[i].on(population.forward().currents()[i].samples(step, ofCurrents[i]));
        }
    }

    private void keep(int step) {
        for (int i = 0; i < past.length; i++) {
            copy(variable(i), 0, past[i], step * spikes.count());
        }
    }

    private void copy(FloatMatrix from, int fromRow, FloatMatrix to, int toRow) {
        ofVariable.on(to).copyFrom(from, fromRow, toRow, spikes.count());
    }

    void back(int step) {
        boolean fires = population.firesBack();
        if (fires) {
            population.ofSpikes().gather(step, targets, gathered, added, number);
        }
        for (int i = 0; i < variables.length; i++) {
            if (variables[i].mayHaveGradients()) {
                variables[i].gather(step, targetsOf[i], gatheredOf, added, number);
                RowSum.add(ofVariable.on(carriedOf[i]), gatheredOf, spikes.count());
            }
        }
        population
                .forward()
                .place(place, step, past, spikes, population.carried().ofSpikes());
        population.back(neurons, place, fires ? ofSpikes : null, distance, carried, step, 0);
    }

    void closeBack() {
        for (int i = 0; i < carriedOf.length; i++) {
            copy(carriedOf[i], 0, population.carried().of(i), spikes.first());
        }
    }

    void refresh() {
        neurons = population.neurons().ofSamples(spikes.first(), spikes.count());
    }
}
