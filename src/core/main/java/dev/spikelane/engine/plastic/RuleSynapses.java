package dev.spikelane.engine.plastic;

import dev.spikelane.equation.Rule;
import dev.spikelane.memory.SpikeMatrix;
import java.util.List;

/** The synapses of a rule in their layout; creates the phases that run along synapses of spikes, or along all. */
abstract class RuleSynapses {

    /** A phase of a step. */
    interface Phase {

        /** Runs for the samples of a step, by the inputs and outputs that fire or fulfill a condition. */
        void run(SpikeMatrix in, SpikeMatrix out);
    }

    /** True if weights have changed in the step. */
    boolean changed;
    /** Synapses visited for spikes and in each step. */
    long passed;

    /**
     * Returns the phase that runs a block along synapses.
     *
     * @param behind later blocks on spikes, up to the point where changes are applied
     */
    abstract Phase along(Rule.Block block, List<Rule.Block> behind);

    /** Returns the phase that adds the changes by spikes to the weights. */
    abstract Phase apply();

    /** Returns the kept values of earlier steps, which are a part of the state. */
    List<History> histories() {
        return List.of();
    }

    /** Resets the kept values. */
    void reset() {}
}
