package dev.spikelane.engine;

import dev.spikelane.choose.StageChoice;
import dev.spikelane.connection.operator.sparse.EventVector;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A population in a {@link LoopRun}. */
final class LoopPopulation {

    /** Units of 64 neurons whose currents are cleared while they are in caches. */
    private static final int WORDS_AT_A_TIME = 256;

    private final PopulationRun population;
    /** Sums at the ports. */
    private final List<LoopSum> sums;

    private final NeuronRun<NeuronState> currents;
    private long time;
    private int first;
    /** Currents of each block of neurons. */
    private final List<@Nullable NeuronRun<NeuronState>> ofBlocks = new ArrayList<>();

    private int[] words = {};
    private int[] ranges = {};
    /** True if loops can clear the currents of all ports. */
    private boolean alone;

    private boolean clears;

    LoopPopulation(
            PopulationRun population,
            Predicate<ProjectionRun> isInner,
            Function<String, @Nullable FloatMatrix> events,
            Arena arena,
            RunSize size,
            int stepsAtATime) {
        this.population = population;
        this.sums = population.ports().stream()
                .map(port -> new LoopSum(population, port, isInner, events.apply(port), arena, size, stepsAtATime))
                .toList();
        this.currents = population.newRun(sums.stream().map(LoopSum::current));
    }

    /**
     * Returns true if threads may each run some samples through a block: no reader needs single steps, and nothing is
     * shared or drawn.
     */
    boolean samplesApart() {
        return !population.stepwise()
                && population.samplesApart()
                && sums.stream().allMatch(LoopSum::samplesApart);
    }

    /** Returns true if threads may each run blocks of neurons through a step: all entering currents are there. */
    boolean blocksApart() {
        return !population.neurons().coupled() && sums.stream().allMatch(LoopSum::isReady);
    }

    /** Returns true if single steps are read. */
    boolean stepwise() {
        return population.stepwise();
    }

    int number() {
        return population.number();
    }

    int columns() {
        return population.currents();
    }

    /** Prepares blocks of neurons that threads run through a step. */
    void cut(EventVector by, ToIntFunction<String> range) {
        ranges = population.ports().stream().mapToInt(range).toArray();
        alone = sums.stream().allMatch(LoopSum::isOfEvents)
                && Arrays.stream(ranges).allMatch(by::isTaken);
        ofBlocks.clear();
        ofBlocks.addAll(Collections.nCopies(by.blocks(), null));
        words = new int[by.blocks() + 1];
        for (int block = 0; block <= by.blocks(); block++) {
            words[block] = by.word(population.currents(), block);
        }
    }

    /** Runs a block of neurons through a step. */
    void carry(int step, int block, int thread, EventVector events) {
        if (words[block] == words[block + 1]) {
            return;
        }
        NeuronRun<NeuronState> own = ofBlocks.get(block);
        if (own == null) { // created by the thread that writes to it, to share no cache line with other threads
            own = population.newRun(sums.stream().map(sum -> sum.at(words[block], words[block + 1])));
            ofBlocks.set(block, own);
        }
        own.clears = clears;
        for (int first = words[block]; first < words[block + 1]; first += WORDS_AT_A_TIME) {
            int end = Math.min(first + WORDS_AT_A_TIME, words[block + 1]);
            for (int i = 0; i < ranges.length; i++) {
                sums.get(i).fill(step, own.ports[i], first, end);
            }
            population.fire(step, 1, own, first, end, thread);
            for (int range : ranges) {
                if (range >= 0 && !clears) {
                    events.clear(range, first, end);
                }
            }
        }
    }

    /** Returns the choice of sharing for the loop that begins with this population. */
    StageChoice sharing(int threads) {
        return population.sharing("loop", threads);
    }

    /** Returns the multiplications of a step in products inside the loop. */
    long work() {
        return sums.stream().mapToLong(LoopSum::work).sum() * population.batch();
    }

    /** Returns true if currents are kept for a backward pass. */
    boolean keeps() {
        return population.keeps();
    }

    int batch() {
        return population.batch();
    }

    SampleRun share(Arena arena, SampleViews of) {
        List<SampleRun.Sum> own = sums.stream()
                .map(sum -> sum.samples(arena, of.first(), of.count()))
                .toList();
        return new SampleRun(population, own, of, arena);
    }

    /** Computes the currents from outside the loop, for a whole block. */
    void open(WorkerPool workers, int firstStep, int steps, boolean profiled) {
        first = firstStep;
        long start = profiled ? System.nanoTime() : 0;
        clears = alone && population.clears();
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).open(workers, first, steps);
        }
        time = profiled ? System.nanoTime() - start : 0;
    }

    /** Runs some steps of the block. */
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
        population.written(first, steps); // threads have run the samples separately
        if (profiled) {
            population.profile(steps, time);
        }
        population.observe(firstStep, steps);
    }
}
