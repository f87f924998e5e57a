package dev.spikelane.engine;

import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;

/** Some samples of a population, which a thread runs from source to spikes through all steps of a block. */
final class SampleRun {

    private final PopulationRun population;
    private final SampleViews spikes;
    private final SampleViews membranes;
    private final NeuronState state;
    /** Sums at the ports. */
    private final Sum[] entrances;

    private final NeuronRun<NeuronState> own;
    /** Views of each variable that is kept. */
    private final SampleViews[] kept;

    private final Tile ofVariable;

    /** The currents of some samples, a step at a time. */
    interface Sum {

        /** Returns the tile that {@link #fill} fills on a thread, always the same object. */
        Tile sum(int thread);

        /** Sums the currents of a step of the block. */
        void fill(int step, int thread);
    }

    /**
     * Allocates memory for some samples.
     *
     * @param sums sums of these samples, at each port
     */
    SampleRun(PopulationRun population, List<? extends Sum> sums, SampleViews of, Arena arena) {
        int first = of.first();
        int count = of.count();
        this.population = population;
        this.spikes = new SampleViews(first, count, population.batch());
        this.membranes = new SampleViews(first, count, population.batch());
        this.state = population.neurons().newState(arena, count);
        this.entrances = sums.toArray(Sum[]::new);
        this.kept = SampleViews.of(
                population.keeps() ? population.variables().size() : 0, first, count, population.batch());
        this.ofVariable = Tile.whole(FloatMatrix.zeros(arena, 1, 1));
        this.own = new NeuronRun<>(
                state,
                state.membrane(),
                population.spikes().block(),
                sums.stream().map(sum -> sum.sum(0)).toArray(Tile[]::new));
    }

    /** Copies the samples' state from the population. */
    void open() {
        state.copySamples(population.state(), spikes.first(), 0, spikes.count());
    }

    /** Runs a step of the block. */
    void run(int step, int thread) {
        for (int i = 0; i < entrances.length; i++) {
            entrances[i].fill(step, thread);
            own.ports[i] = entrances[i].sum(thread);
        }
        SignalHistory<FloatMatrix> wanted = population.membranes();
        FloatMatrix recorded = null;
        if (population.replaces()) {
            recorded = own.current();
        } else if (wanted != null && !population.keeps()) {
            recorded = wanted.samples(step, 0, membranes);
        }
        SpikeMatrix fired = population.spikes().samples(step, 0, spikes);
        population.neuronSteps().run(own.go(spikes.count(), fired, recorded));
        for (int i = 0; i < kept.length; i++) {
            PopulationSignals.Kept variable = population.variables().get(i);
            if (!variable.inPlace()) {
                Tile from = ofVariable.on(state.variable(variable.name()));
                from.copyTo(0, variable.history().samples(step, 0, kept[i]), 0, spikes.count());
            }
        }
    }

    /** Copies the state back to the population. */
    void close() {
        population.state().copySamples(state, 0, spikes.first(), spikes.count());
    }
}
