package dev.spikelane.engine;

import dev.spikelane.choose.StageChoice;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.thread.WorkerPool;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Populations that reach each other, and populations that are observed after every step. Currents from outside the loop
 * are computed for a whole block of steps. Then the populations take turns, some steps at a time: with all samples, or
 * each thread with its own samples.
 */
final class LoopRun implements ComponentRun {

    private final LoopPopulation[] populations;
    private final int stepsAtATime;
    /** Samples of each population, per thread; empty if all samples run together. */
    private final SampleRun[][] shares;

    private final StageChoice sharing;
    private final long work;
    private final WorkerPool.Job carry = this::carry;
    private int first;
    private int count;

    LoopRun(List<LoopPopulation> populations, int stepsAtATime, Arena arena, RunSize size) {
        this.populations = populations.toArray(LoopPopulation[]::new);
        this.stepsAtATime = stepsAtATime;
        this.work = populations.stream().mapToLong(LoopPopulation::work).sum();
        this.sharing = populations.getFirst().sharing(size.threads());
        this.shares = shares(arena, size);
    }

    private SampleRun[][] shares(Arena arena, RunSize size) {
        int threads = Math.min(size.threads(), size.batch());
        if (threads == 1 || !List.of(populations).stream().allMatch(LoopPopulation::samplesApart)) {
            return new SampleRun[0][];
        }
        SampleViews[] samples = SampleViews.shares(threads, populations[0].batch());
        SampleRun[][] made = new SampleRun[samples.length][populations.length];
        for (int share = 0; share < made.length; share++) {
            for (int i = 0; i < populations.length; i++) {
                made[share][i] = populations[i].share(arena, samples[share]);
            }
        }
        return made;
    }

    @Override
    public void run(WorkerPool workers, int firstStep, int steps, long stepNumber, boolean profiled) {
        first = firstStep;
        count = steps;
        for (LoopPopulation population : populations) {
            population.open(workers, first, count, profiled);
        }
        long start = profiled ? System.nanoTime() : 0;
        boolean chooses = shares.length > 0 && !populations[0].keeps();
        double alone = work * count * PortSum.LEAST_NANOSECONDS;
        boolean shared = chooses ? sharing.shares(alone) : shares.length > 0;
        if (shared) {
            runShares(workers);
        } else {
            runTogether(stepNumber, profiled);
        }
        if (chooses) {
            sharing.met();
        }
        long each = profiled && shared ? (System.nanoTime() - start) / populations.length : 0;
        for (LoopPopulation population : populations) {
            population.close(stepNumber, count, each, profiled);
        }
    }

    private void runTogether(long stepNumber, boolean profiled) {
        for (int done = 0; done < count; done += stepsAtATime) {
            int some = Math.min(stepsAtATime, count - done);
            for (LoopPopulation population : populations) {
                population.run(stepNumber + done, first + done, some, profiled);
            }
        }
    }

    private void runShares(WorkerPool workers) {
        workers.run(carry, shares.length);
        for (SampleRun[] share : shares) {
            for (SampleRun of : share) {
                of.close();
            }
        }
    }

    private void carry(int number, int thread) {
        SampleRun[] share = shares[number];
        for (SampleRun of : share) {
            of.open();
        }
        for (int step = first; step < first + count; step++) {
            for (SampleRun of : share) {
                of.run(step, thread);
            }
        }
    }
}
