package dev.spikelane.train;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;

/** Takes the neurons of a population forward through steps whose currents are there, and keeps what is wanted of their variables. */
final class GradientForward {

    private final GradientSite site;
    private final GradientSize size;
    private final boolean oneEach;
    private final GradientOutlet[] ofVariables;
    /** The currents that a thread takes to the neurons. */
    private final PortCurrents[] currents;

    /** A variable that a thread keeps. */
    private final Tile[] variableOf;

    /**
     * Makes room for all threads.
     *
     * @param oneEach whether each neuron has one current, so that a tile of neurons is one of currents
     */
    GradientForward(GradientSite site, GradientSize size, Arena arena, boolean oneEach) {
        this.site = site;
        this.size = size;
        this.oneEach = oneEach;
        this.ofVariables = site.ofVariables();
        this.currents = new PortCurrents[size.threads()];
        this.variableOf = new Tile[size.threads()];
        Tile none = Tile.whole(FloatMatrix.zeros(arena, 1, 1));
        for (int i = 0; i < currents.length; i++) {
            Tile own = none.another();
            currents[i] = new PortCurrents(own, site.feedback() == null ? own : none.another());
            variableOf[i] = none.another();
        }
    }

    /** Takes neurons through some steps. */
    void fire(int first, int count, int firstBlock, int endBlock, int thread) {
        boolean stepwise = false;
        for (int i = 0; i < ofVariables.length; i++) {
            stepwise |= i > 0 && ofVariables[i].keeps();
        }
        if (!site.neurons().needsCurrents()) {
            record(site.state(), first, count, firstBlock, endBlock, thread);
            if (ofVariables[0].keeps()) {
                ofVariables[0].keep(currents[thread].current(), first, count);
            }
        } else if (stepwise || ofVariables[0].keeps()) {
            for (int step = first; step < first + count; step++) {
                run(site.state(), step, 1, firstBlock, endBlock, thread);
                for (int i = 0; i < ofVariables.length; i++) {
                    if (ofVariables[i].keeps()) {
                        Tile of = variableOf[thread].on(
                                site.state().variable(site.variables().get(i)));
                        ofVariables[i].keep(of.at(firstBlock, endBlock), step, 1);
                    }
                }
            }
        } else {
            run(site.state(), first, count, firstBlock, endBlock, thread);
        }
    }

    /** Takes neurons through some steps, from a state, and writes their membranes in place of the currents. */
    void record(NeuronState from, int first, int count, int firstBlock, int endBlock, int thread) {
        place(first, firstBlock, endBlock, thread);
        FloatMatrix membranes = site.current().from(first);
        site.steps()
                .record(
                        currents[thread],
                        count * size.batch(),
                        from,
                        site.spikes().from(first, 0),
                        membranes);
    }

    /** Takes neurons through some steps, from a state. */
    void run(NeuronState from, int first, int count, int firstBlock, int endBlock, int thread) {
        place(first, firstBlock, endBlock, thread);
        site.steps()
                .run(currents[thread], count * size.batch(), from, site.spikes().from(first, 0));
    }

    /** Goes to the currents of some steps; of all neurons where each has several. */
    private void place(int first, int firstBlock, int endBlock, int thread) {
        PortCurrents own = currents[thread];
        own.current().on(site.current().from(first));
        if (oneEach) {
            own.current().at(firstBlock, endBlock);
        }
        GradientPort feedback = site.feedback();
        if (feedback != null) {
            own.feedback().on(feedback.from(first)).at(own.current());
        }
    }
}
