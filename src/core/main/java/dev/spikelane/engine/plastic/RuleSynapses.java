package dev.spikelane.engine.plastic;

import dev.spikelane.equation.Rule;
import dev.spikelane.memory.SpikeMatrix;
import java.util.List;

/** Where the synapses of a rule lie: what goes along those of spikes, and along all. */
abstract class RuleSynapses {

    /** A part of a step. */
    interface Phase {

        /** Runs for the samples of a step, by the inputs and outputs that fire or fulfill a condition. */
        void run(SpikeMatrix in, SpikeMatrix out);
    }

    /** Whether weights have changed in the step. */
    boolean changed;
    /** Synapses that programs have been along for spikes and in each step. */
    long passed;

    /**
     * What runs a block along synapses.
     *
     * @param behind blocks of spikes behind it, before what spikes add is applied
     */
    abstract Phase along(Rule.Block block, List<Rule.Block> behind);

    /** What adds what spikes have changed. */
    abstract Phase apply();

    /** What is kept of steps before, which is a part of the state. */
    List<History> histories() {
        return List.of();
    }

    /** Begins what is kept anew. */
    void reset() {}
}
