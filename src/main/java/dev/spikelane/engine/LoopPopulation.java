package dev.spikelane.engine;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.spike.Choice;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Predicate;

/** A population in a {@link LoopRun}. */
final class LoopPopulation {

    private final PopulationRun population;
    /** The sums at the ports. */
    private final List<LoopSum> sums;

    private final PortCurrents currents;
    private long time;

    LoopPopulation(
            PopulationRun population, Predicate<ProjectionRun> isInner, Arena arena, RunSize size, int stepsAtATime) {
        this.population = population;
        this.sums = population.ports().stream()
                .map(port -> new LoopSum(population, port, isInner, arena, size, stepsAtATime))
                .toList();
        this.currents = new PortCurrents(sums.stream().map(LoopSum::current).toArray(Tile[]::new));
    }

    /**
     * Whether threads may each carry some samples through a block: nobody looks at single steps, and nothing is shared
     * or drawn.
     */
    boolean samplesApart() {
        return !population.stepwise()
                && population.samplesApart()
                && sums.stream().allMatch(LoopSum::samplesApart);
    }

    /** Whether threads share the loop that begins with this population. */
    Choice sharing(int threads) {
        return population.sharing("loop", threads);
    }

    /** Multiplications of a step in products from the loop. */
    long work() {
        return sums.stream().mapToLong(LoopSum::work).sum() * population.batch();
    }

    /** Whether currents stay, for a way back. */
    boolean keeps() {
        return population.keeps();
    }

    int batch() {
        return population.batch();
    }

    SampleRun share(Arena arena, SampleViews of, int threads) {
        List<SampleRun.Sum> own = sums.stream()
                .map(sum -> sum.samples(arena, of.first(), of.count()))
                .toList();
        return new SampleRun(population, own, of, arena, threads);
    }

    /** Computes what comes from elsewhere, for a whole block. */
    void open(WorkerPool workers, int first, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).open(workers, first, steps);
        }
        time = profiled ? System.nanoTime() - start : 0;
    }

    /** Runs some steps, a part of the block. */
    void run(long stepNumber, int step, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).fill(step, steps);
        }
        population.run(stepNumber, step, steps, currents);
        time += profiled ? System.nanoTime() - start : 0;
    }

    void close(long firstStep, int steps, long shared, boolean profiled) {
        time += shared;
        population.written(); // threads have carried samples apart
        if (profiled) {
            population.profile(steps, time);
        }
        population.observe(firstStep, steps);
    }
}
