package dev.spikelane.engine;

import dev.spikelane.engine.view.SampleViews;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.List;

/** Some samples of a population in a loop, which a thread carries through all steps of a block. */
final class LoopShare {

    private final PopulationRun population;
    private final SampleViews spikes;
    private final SampleViews membranes;
    private final NeuronState state;
    /** What enters the port {@code current}, and {@code feedback} where something enters it. */
    private final LoopSum.Samples[] entrances;

    private final PortCurrents currents;
    /** For each variable that is kept. */
    private final SampleViews[] kept;

    private final Tile ofVariable;

    LoopShare(PopulationRun population, List<LoopSum> sums, Arena arena, int first, int count) {
        this.population = population;
        this.spikes = new SampleViews(first, count, population.batch());
        this.membranes = new SampleViews(first, count, population.batch());
        this.state = population.neurons().newState(arena, count);
        this.entrances =
                sums.stream().map(sum -> sum.samples(arena, first, count)).toArray(LoopSum.Samples[]::new);
        this.kept = SampleViews.of(
                population.keeps() ? population.variables().size() : 0, first, count, population.batch());
        this.ofVariable = Tile.whole(FloatMatrix.zeros(arena, 1, 1));
        this.currents = new PortCurrents(entrances[0].sum(), entrances[entrances.length - 1].sum());
    }

    /** Takes the samples' state over. */
    void open() {
        state.copySamples(population.state(), spikes.first(), 0, spikes.count());
    }

    /** Runs a step of the block. */
    void run(int step, int thread) {
        for (LoopSum.Samples entrance : entrances) {
            entrance.fill(step, thread);
        }
        PortSteps<NeuronState> neurons = BoundPopulation.steps(population.neurons());
        SpikeMatrix fired = population.spikes().samples(step, 0, spikes);
        SignalHistory<FloatMatrix> wanted = population.membranes();
        if (population.replaces()) {
            neurons.record(
                    currents, spikes.count(), state, fired, currents.current().matrix());
        } else if (wanted == null || population.keeps()) {
            neurons.run(currents, spikes.count(), state, fired);
        } else {
            neurons.record(currents, spikes.count(), state, fired, wanted.samples(step, 0, membranes));
        }
        for (int i = 0; i < kept.length; i++) {
            PopulationSignals.Kept variable = population.variables().get(i);
            if (!variable.inPlace()) {
                Tile from = ofVariable.on(state.variable(variable.name()));
                from.copyTo(0, variable.history().samples(step, 0, kept[i]), 0, spikes.count());
            }
        }
    }

    /** Gives the state back. */
    void close() {
        population.state().copySamples(state, 0, spikes.first(), spikes.count());
    }
}
