package dev.spikelane.engine;

import dev.spikelane.choose.StageChoice;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A population without a loop. Threads share it by blocks of 64 neurons. Each thread runs its blocks from source to
 * spikes for a whole block of steps, so that threads synchronize once. If operators are cut by rows, a thread runs some
 * samples in the same way, or threads also synchronize between currents and neurons. They do the latter if neurons are
 * coupled.
 */
final class TileRun implements ComponentRun, WorkerPool.Job {

    private final PopulationRun population;
    private final RunSize size;
    /** Sums at the ports. */
    private final PortSum[] sums;

    private final StageChoice sharing;
    /** Samples that threads can run from source to spikes; empty if they cannot. */
    private final SampleRun[] samples;

    private final boolean coupled;
    /** One per thread. */
    private final List<NeuronRun<NeuronState>> runs = new ArrayList<>();
    /** One per thread, for currents that are equal at all steps. */
    private final List<NeuronRun<NeuronState>> heldRuns = new ArrayList<>();

    private int first;
    private int count;
    private int parts;
    private int blocksInPart;
    private int stepsInTurn;
    /** True if threads run tiles from source to spikes. */
    private boolean tiles;
    /** The projection that gives all steps the same currents; null if each step has its own. */
    private @Nullable ProjectionRun held;

    TileRun(PopulationRun population, Arena arena, RunSize size) {
        this.population = population;
        this.size = size;
        this.sharing = population.sharing("tiles", size.threads());
        this.coupled = population.neurons().coupled();
        List<String> ports = population.ports();
        this.sums = new PortSum[ports.size()];
        boolean whole = coupled || ports.stream().anyMatch(port -> PortSum.mayCutRows(population.projections(port)));
        for (int port = 0; port < sums.length; port++) {
            StoredCurrents kept = population.keptAt(ports.get(port));
            if (kept == null && whole) {
                kept = new StoredCurrents(arena, size, population.currents(), 0);
            }
            sums[port] = new PortSum(population.projections(ports.get(port)), population.currents(), arena, size, kept);
        }
        this.samples = samples(arena);
        for (int i = 0; i < size.threads(); i++) {
            int thread = i;
            runs.add(population.newRun(Arrays.stream(sums).map(sum -> sum.tile(thread))));
            heldRuns.add(population.newRun(Stream.of(sums[0].tile(thread))));
            heldRuns.get(thread).held = true;
        }
    }

    private SampleRun[] samples(Arena arena) {
        if (sums.length > 1 || coupled || population.keeps() || !population.samplesApart()) {
            return new SampleRun[0];
        }
        List<? extends SampleRun.Sum> apart = sums[0].samplesApart(arena);
        SampleViews[] of = SampleViews.shares(Math.max(1, apart.size()), population.batch());
        SampleRun[] made = new SampleRun[apart.size()];
        for (int i = 0; i < made.length; i++) {
            made[i] = new SampleRun(population, List.of(apart.get(i)), of[i], arena);
        }
        return made;
    }

    @Override
    public void run(WorkerPool workers, int firstStep, int steps, long stepNumber, boolean profiled) {
        first = firstStep;
        count = steps;
        long start = profiled ? System.nanoTime() : 0;
        boolean byRows = coupled;
        boolean chooses = size.threads() > 1 && !population.keeps();
        double alone = 0;
        for (PortSum sum : sums) {
            byRows |= sum.cutsRows(count);
            alone += chooses ? sum.alone(first, count) : 0;
        }
        held = sums.length == 1 && population.holds() ? sums[0].frame() : null;
        boolean share = size.threads() > 1 && (population.keeps() || sharing.shares(alone));
        tiles = !byRows || held != null;
        if (tiles) {
            openTiles(workers, share);
        } else {
            openRows(workers, share);
        }
        workers.run(this, parts, share && (tiles || !coupled));
        if (!tiles) {
            for (SampleRun some : samples) {
                some.close();
            }
        }
        if (chooses) {
            sharing.met();
        }
        population.written(first, count);
        if (profiled) {
            population.profile(steps, System.nanoTime() - start);
        }
        population.observe(stepNumber, steps);
    }

    /**
     * Runs groups of samples one after the other through all steps, so that their currents stay in the L1 cache; or
     * fills all currents before the neurons read them.
     */
    private void openRows(WorkerPool workers, boolean share) {
        if (samples.length > 0) {
            sums[0].prepare(first, count, false);
            sums[0].hold(workers, share);
            for (SampleRun some : samples) {
                some.open();
            }
            parts = samples.length;
            return;
        }
        for (PortSum sum : sums) {
            sum.run(workers, first, count, share);
        }
        stepsInTurn = count;
        cut(coupled ? sums[0].blocks() : sums[0].blocksInPart(share ? workers.threads() : 1));
    }

    private void cut(int blocks) {
        blocksInPart = blocks;
        parts = Math.ceilDiv(sums[0].blocks(), blocks);
    }

    private void carrySamples(int number, int thread) {
        for (int step = first; step < first + count; step++) {
            samples[number].run(step, thread);
        }
    }

    /**
     * Cuts the neurons into tiles. Kept currents allow larger parts, and a few steps at a time if no source is
     * prepared.
     */
    private void openTiles(WorkerPool workers, boolean share) {
        boolean anySteps = population.keeps() && sums.length == 1 && sums[0].fillsAnySteps();
        stepsInTurn = anySteps ? Math.min(size.forwardTurn(), count) : count;
        for (PortSum sum : sums) {
            sum.prepare(first, count, sums.length == 1 && stepsInTurn == count);
        }
        if (held != null && !held.chain().isOneProduct()) {
            held.hold(workers, share);
        }
        int threads = share ? workers.threads() : 1;
        cut(population.keeps() ? Math.ceilDiv(sums[0].blocks(), threads) : sums[0].blocksInPart(threads));
    }

    /** Runs a tile of neurons, or some samples, from source to spikes; or runs neurons whose currents are there. */
    @Override
    public void run(int part, int thread) {
        if (!tiles && samples.length > 0) {
            carrySamples(part, thread);
            return;
        }
        int firstBlock = part * blocksInPart;
        int endBlock = Math.min(firstBlock + blocksInPart, sums[0].blocks());
        ProjectionRun frame = held;
        if (frame != null) {
            NeuronRun<NeuronState> run = heldRuns.get(thread);
            run.ports[0] = frame.held(firstBlock, endBlock, thread);
            population.fire(first, count, run, firstBlock, endBlock, thread);
            return;
        }
        for (int step = first; step < first + count; step += stepsInTurn) {
            int some = Math.min(stepsInTurn, first + count - step);
            for (PortSum sum : sums) {
                if (tiles) {
                    sum.fill(step, some, firstBlock, endBlock, thread);
                } else {
                    sum.at(step, firstBlock, endBlock, thread);
                }
            }
            population.fire(step, some, runs.get(thread), firstBlock, endBlock, thread);
        }
    }
}
