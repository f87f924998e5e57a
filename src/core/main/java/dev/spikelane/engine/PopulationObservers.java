package dev.spikelane.engine;

import dev.spikelane.engine.observe.BlockObserver;
import dev.spikelane.engine.observe.VariableObserver;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.TorchRows;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The observers of a population: of blocks of steps, or of a variable or port in each step. */
final class PopulationObservers {

    private final PopulationRun population;
    private final LaidOutNetwork network;
    private final Arena arena;
    private final Shape shape;
    private final Shape shapeOfCurrents;
    private final List<BlockObserver> ofBlocks = new ArrayList<>();
    private final List<VariableObserver> ofSteps = new ArrayList<>();
    private @Nullable BeforeReset before;
    private TorchRows<SpikeMatrix> spikes;
    private TorchRows<FloatMatrix> membranes;

    PopulationObservers(PopulationRun population, LaidOutNetwork network, Arena arena) {
        this.population = population;
        this.network = network;
        this.arena = arena;
        this.shape = population.description().shape();
        this.shapeOfCurrents = shape.times(population.description().neuron().gates());
        this.spikes = new TorchRows<>(shape, arena);
        this.membranes = new TorchRows<>(shape, arena);
    }

    void add(BlockObserver observer) {
        ofBlocks.add(observer);
    }

    void add(VariableObserver observer) {
        ofSteps.add(observer);
        if (observer.beforeReset() && before == null) {
            before = new BeforeReset();
        }
    }

    boolean has(BlockObserver observer) {
        return ofBlocks.contains(observer);
    }

    boolean has(VariableObserver observer) {
        return ofSteps.contains(observer);
    }

    /** Returns true if an observer sees single steps. */
    boolean seeSteps() {
        return !ofSteps.isEmpty();
    }

    /** Returns true if an observer sees blocks. */
    boolean seeBlocks() {
        return !ofBlocks.isEmpty();
    }

    /** Drops the memory of the shorter block. */
    void grow() {
        spikes = new TorchRows<>(shape, arena);
        membranes = new TorchRows<>(shape, arena);
    }

    void reset() {
        ofBlocks.forEach(BlockObserver::reset);
    }

    /** Computes the variables of a step before its reset, from the state before the step. */
    void beforeStep(NeuronRun<NeuronState> currents, SpikeMatrix scratch) {
        BeforeReset unreset = before;
        if (unreset != null) {
            unreset.run(currents, scratch);
        }
    }

    /** Passes a step to the observers, from the state after it. */
    void observeStep(long number, NeuronRun<NeuronState> currents) {
        for (int i = 0; i < ofSteps.size(); i++) {
            VariableObserver each = ofSteps.get(i);
            int port = population.ports().indexOf(each.variable());
            if (port >= 0) {
                each.record(number, currents.ports[port].matrix(), shapeOfCurrents);
            } else {
                each.record(number, stateFor(each).variable(each.variable()), shape);
            }
        }
    }

    private NeuronState stateFor(VariableObserver observer) {
        return observer.beforeReset() && before != null ? before.state : population.state();
    }

    /** Passes a block to the observers, in torch's order. */
    void observe(long firstStep, int steps) {
        if (ofBlocks.isEmpty()) {
            return;
        }
        SignalHistory<FloatMatrix> kept = population.membranes();
        int rows = steps * population.batch();
        SpikeMatrix fired = spikes.show(population.spikes().block(), rows);
        FloatMatrix seen = kept == null
                ? membranes.show(population.state().membrane(), population.batch())
                : membranes.show(kept.block(), rows);
        for (int i = 0; i < ofBlocks.size(); i++) {
            ofBlocks.get(i).observe(firstStep, steps, fired, seen);
        }
    }

    /** Neurons that compute this step without its reset, from a copy of the state. */
    private final class BeforeReset {

        private NeuronGroup neurons = network.population(population.number()).beforeReset(arena);
        private final NeuronState state = neurons.newState(arena, population.batch());
        private long version = network.version();

        void run(NeuronRun<NeuronState> currents, SpikeMatrix scratch) {
            if (version != network.version()) {
                // Not in the run's arena, which would keep the neurons of every version.
                neurons = network.population(population.number()).beforeReset(NativeMemory.ofAuto());
                version = network.version();
            }
            state.copyFrom(population.state());
            try {
                BoundPopulation.steps(neurons).run(currents.from(state).go(population.batch(), scratch, null));
            } finally {
                currents.from = population.state();
            }
        }
    }
}
