package dev.spikelane.engine;

import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;

/** Some samples of a population, which a thread carries from source to spikes, and through all steps of a block. */
final class SampleRun {

    private final PopulationRun population;
    private final SampleViews spikes;
    private final SampleViews membranes;
    private final NeuronState state;
    /** The sums that enter the ports. */
    private final Sum[] entrances;

    /** For each thread. */
    private final PortCurrents[] currents;
    /** For each variable that is kept. */
    private final SampleViews[] kept;

    private final Tile ofVariable;

    /** The currents of some samples, a step at a time. */
    interface Sum {

        /** The sum that {@link #fill} leaves on a thread, always the same object. */
        Tile sum(int thread);

        /** Sums the currents of a step of the block. */
        void fill(int step, int thread);
    }

    /**
     * Makes room for some samples.
     *
     * @param sums of these samples, at each port
     * @param threads that may carry them, one at a time
     */
    SampleRun(PopulationRun population, List<? extends Sum> sums, SampleViews of, Arena arena, int threads) {
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
        this.currents = new PortCurrents[threads];
        for (int i = 0; i < threads; i++) {
            int thread = i;
            currents[i] =
                    new PortCurrents(sums.stream().map(sum -> sum.sum(thread)).toArray(Tile[]::new));
        }
    }

    /** Takes the samples' state over. */
    void open() {
        state.copySamples(population.state(), spikes.first(), 0, spikes.count());
    }

    /** Runs a step of the block. */
    void run(int step, int thread) {
        for (Sum entrance : entrances) {
            entrance.fill(step, thread);
        }
        PortCurrents own = currents[thread];
        PortSteps<NeuronState> neurons = BoundPopulation.steps(population.neurons());
        SpikeMatrix fired = population.spikes().samples(step, 0, spikes);
        SignalHistory<FloatMatrix> wanted = population.membranes();
        if (population.replaces()) {
            neurons.record(own, spikes.count(), state, fired, own.current().matrix());
        } else if (wanted == null || population.keeps()) {
            neurons.run(own, spikes.count(), state, fired);
        } else {
            neurons.record(own, spikes.count(), state, fired, wanted.samples(step, 0, membranes));
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
