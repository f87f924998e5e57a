package dev.spikelane.engine;

import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.Reversible;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Neuron;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A population in a {@link LoopRun}. */
final class LoopPopulation {

    private final PopulationRun site;
    /** The sums at the ports: of {@code current}, and of {@code feedback} where something enters it. */
    private final List<LoopSum> sums;

    private final int rowsInPart;
    /** PortSum, spikes and membranes of the steps that run at a time, for each such part of the block. */
    private final List<PortCurrents> currents = new ArrayList<>();

    private final List<SpikeMatrix> spikes;
    private List<FloatMatrix> membranes = List.of();
    private long time;

    LoopPopulation(
            PopulationRun site,
            Predicate<ProjectionRun> isInner,
            Arena arena,
            int blockSteps,
            int stepsAtATime,
            int threads) {
        this.site = site;
        this.rowsInPart = Math.min(stepsAtATime, blockSteps) * site.batch();
        LoopSum current = new LoopSum(site, Neuron.CURRENT, isInner, arena, rowsInPart, blockSteps, threads);
        if (site.takesFeedback()) {
            LoopSum feedback = new LoopSum(site, Neuron.FEEDBACK, isInner, arena, rowsInPart, blockSteps, threads);
            this.sums = List.of(current, feedback);
        } else {
            this.sums = List.of(current);
        }
        this.spikes = SignalHistory.parts(site.spikes(), rowsInPart);
        for (int part = 0; part < spikes.size(); part++) {
            currents.add(new PortCurrents(
                    sums.getFirst().current(part), sums.getLast().current(part)));
        }
    }

    /** Whether threads may each carry some samples through a block: nobody looks at single steps, and nothing is shared or drawn. */
    boolean samplesApart() {
        boolean apart = !site.stepwise() && site.neurons() instanceof Reversible neurons && neurons.samplesApart();
        for (LoopSum sum : sums) {
            apart &= sum.samplesApart();
        }
        return apart;
    }

    /** Multiplications of a step in products from the loop. */
    long work() {
        long work = 0;
        for (LoopSum sum : sums) {
            work += sum.work() * site.batch();
        }
        return work;
    }

    int batch() {
        return site.batch();
    }

    LoopShare share(Arena arena, int first, int count) {
        return new LoopShare(site, sums, arena, first, count);
    }

    /** Computes what comes from elsewhere, for a whole block. */
    void open(WorkerPool workers, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).open(workers, steps * site.batch());
        }
        FloatMatrix wanted = site.membranes();
        if (wanted != null && membranes.isEmpty()) {
            membranes = SignalHistory.parts(wanted, rowsInPart);
        }
        time = profiled ? System.nanoTime() - start : 0;
    }

    /** Runs some steps, a part of the block. */
    void run(long stepNumber, int step, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        int part = step * site.batch() / rowsInPart;
        int rows = steps * site.batch();
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).fill(part, rows);
        }
        FloatMatrix kept = membranes.isEmpty() ? null : membranes.get(part);
        site.run(stepNumber, step, rows, currents.get(part), spikes.get(part), kept);
        time += profiled ? System.nanoTime() - start : 0;
    }

    void close(long firstStep, int steps, long shared, boolean profiled) {
        time += shared;
        site.written(); // threads have carried samples apart
        if (profiled) {
            site.profile(steps * site.batch(), time);
        }
        site.observe(firstStep, steps);
    }
}
