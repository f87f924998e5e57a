package dev.spikelane.engine;

import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.neuron.Neuron;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A population without a loop. Threads share it by blocks of 64 neurons, which each of them carries from source to
 * spikes for a whole block of steps, so that the threads meet once.
 */
final class TileRun implements ComponentRun, WorkerPool.Job {

    private final PopulationRun site;
    private final RunSize size;
    /** The sums at the ports: of {@code current}, and of {@code feedback} where something enters it. */
    private final PortSum[] sums;

    private final boolean coupled;
    private final PortCurrents[] currents;
    private final WorkerPool.Job fillSteps = this::fillSteps;

    private int first;
    private int count;
    private int blocksInPart;
    private int stepsInTurn;

    TileRun(PopulationRun site, Arena arena, RunSize size) {
        this.site = site;
        this.size = size;
        this.coupled = site.neurons().coupled();
        List<String> ports = site.takesFeedback() ? List.of(Neuron.CURRENT, Neuron.FEEDBACK) : List.of(Neuron.CURRENT);
        this.sums = new PortSum[ports.size()];
        for (int port = 0; port < sums.length; port++) {
            KeptCurrents kept = site.keptAt(ports.get(port));
            if (kept == null && coupled) {
                kept = new KeptCurrents(arena, size, site.currents(), 0);
            }
            sums[port] = new PortSum(site.terms(ports.get(port)), site.currents(), arena, size, kept);
        }
        this.currents = new PortCurrents[size.threads()];
        for (int i = 0; i < currents.length; i++) {
            currents[i] = new PortCurrents(sums[0].tile(i), sums[sums.length - 1].tile(i));
        }
    }

    @Override
    public void run(WorkerPool workers, int firstStep, int steps, long stepNumber, boolean profiled) {
        first = firstStep;
        count = steps;
        long start = profiled ? System.nanoTime() : 0;
        if (site.keeps()) {
            runKept(workers);
        } else {
            runTiles(workers);
        }
        site.written();
        if (profiled) {
            site.profile(steps, System.nanoTime() - start);
        }
        site.observe(stepNumber, steps);
    }

    private void runTiles(WorkerPool workers) {
        boolean worth = false;
        for (PortSum sum : sums) {
            sum.prepare(first, count, sums.length == 1);
            worth |= sum.worthSharing(first, count);
        }
        boolean share = workers.threads() > 1 && worth;
        stepsInTurn = count;
        blocksInPart = sums[0].blocksInPart(share ? workers.threads() : 1);
        runParts(workers, share);
    }

    /** Whole rows stay anyway: threads take larger parts, and some steps at a time where that can be. */
    private void runKept(WorkerPool workers) {
        boolean anySteps = sums.length == 1 && sums[0].fillsAnySteps();
        int blocks = sums[0].blocks();
        stepsInTurn = anySteps ? Math.min(size.forwardTurn(), count) : count;
        boolean bySteps = anySteps && blocks < workers.threads();
        for (PortSum sum : sums) {
            sum.prepare(first, count, sums.length == 1 && stepsInTurn == count && !bySteps);
        }
        if (bySteps) {
            stepsInTurn = Math.ceilDiv(count, workers.threads());
            workers.run(fillSteps, Math.ceilDiv(count, stepsInTurn));
            fireAll();
            return;
        }
        blocksInPart = Math.ceilDiv(blocks, workers.threads() == 1 ? 1 : 2 * workers.threads());
        runParts(workers, true);
    }

    private void runParts(WorkerPool workers, boolean share) {
        workers.run(this, Math.ceilDiv(sums[0].blocks(), blocksInPart), share);
        if (coupled) {
            fireAll();
        }
    }

    private void fireAll() {
        for (PortSum sum : sums) {
            sum.at(first, 0, sum.blocks(), 0);
        }
        site.fire(first, count, currents[0], 0, site.words(), 0);
    }

    /** Currents of some steps of a narrow population, such as ten classes. */
    private void fillSteps(int part, int thread) {
        int step = first + part * stepsInTurn;
        sums[0].fill(step, Math.min(stepsInTurn, first + count - step), 0, sums[0].blocks(), thread);
    }

    @Override
    public void run(int part, int thread) {
        int firstBlock = part * blocksInPart;
        int endBlock = Math.min(firstBlock + blocksInPart, sums[0].blocks());
        for (int step = first; step < first + count; step += stepsInTurn) {
            int some = Math.min(stepsInTurn, first + count - step);
            for (PortSum sum : sums) {
                sum.fill(step, some, firstBlock, endBlock, thread);
            }
            if (!coupled) {
                site.fire(step, some, currents[thread], firstBlock, endBlock, thread);
            }
        }
    }
}
