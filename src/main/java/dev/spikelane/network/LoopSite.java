package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.PortCurrents;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Predicate;

/** A population in a {@link LoopStage}. */
final class LoopSite {

    private final Site site;
    /** The sums at the ports: of {@code current}, and of {@code feedback} where something enters it. */
    private final List<LoopSum> sums;
    /** Currents, spikes and membranes of the steps that run at a time. */
    private final PortCurrents currents;

    private final SpikeMatrix spikes;
    private final FloatMatrix membranes;
    private long time;

    LoopSite(Site site, Predicate<Term> isInner, Arena arena, int blockSteps, int stepsAtATime, int threads) {
        this.site = site;
        int rows = Math.min(stepsAtATime, blockSteps) * site.batch();
        LoopSum current = new LoopSum(site, Neuron.CURRENT, isInner, arena, rows, blockSteps, threads);
        if (site.takesFeedback()) {
            LoopSum feedback = new LoopSum(site, Neuron.FEEDBACK, isInner, arena, rows, blockSteps, threads);
            this.sums = List.of(current, feedback);
        } else {
            this.sums = List.of(current);
        }
        this.currents = new PortCurrents(
                sums.getFirst().current(), sums.getLast().current());
        this.spikes = SpikeMatrix.zeros(arena, rows, site.size());
        this.membranes = FloatMatrix.zeros(arena, rows, site.size());
    }

    /** Computes what comes from elsewhere, for a whole block. */
    void open(Workers workers, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).open(workers, steps * site.batch());
        }
        time = profiled ? System.nanoTime() - start : 0;
    }

    /** Runs some steps. */
    void run(long stepNumber, int step, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).fill(step, steps);
        }
        site.run(stepNumber, step, steps, currents, spikes, membranes);
        time += profiled ? System.nanoTime() - start : 0;
    }

    void close(long firstStep, int steps, boolean profiled) {
        if (profiled) {
            site.profile(steps * site.batch(), time);
        }
        site.observe(firstStep, steps);
    }
}
