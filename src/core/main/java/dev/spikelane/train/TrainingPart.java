package dev.spikelane.train;

import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.simd.Rows;
import dev.spikelane.train.gradient.GradientPopulation;
import dev.spikelane.train.gradient.LearnedValue;
import dev.spikelane.train.gradient.ObservedGradients;
import dev.spikelane.train.loss.ClassDecoder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A part of a batch: some samples, over a window of steps. */
final class TrainingPart implements ObservedGradients.Part {

    private static final int[] ALL = {};

    private final Gradients gradients;
    private final int steps;
    private final int size;
    private final int shard;
    private final BoundLoss[] losses;
    private final BoundLoss main;

    private final boolean decodes;
    private BoundLoss evaluated;

    private final WorkerPool workers;
    private final WorkerPool.Job evaluate = this::evaluate;
    private final WorkerPool.Job decode = this::decode;
    private final WorkerPool.Job count = this::count;
    private final GradientPopulation[] populations;
    private final long[][] counted;

    private final int[] classes;
    private final int[] numbers;
    private final int[] ends;
    private int used;

    private final List<Input> inputs;
    private final Map<String, Signal> loaded = new LinkedHashMap<>();
    private final Map<String, Signal> scratch = new LinkedHashMap<>();

    /** Creates a part for a shard, or number 0 for all shards. */
    TrainingPart(Gradients gradients, List<PopulationLoss> losses, int shard) {
        this.gradients = gradients;
        this.steps = gradients.plan().size().steps();
        this.size = gradients.plan().size().batch();
        this.shard = shard;
        this.inputs = gradients.plan().network().inputs();
        this.workers = gradients.workers();
        this.losses = new BoundLoss[losses.size()];
        for (int i = 0; i < this.losses.length; i++) {
            PopulationLoss of = losses.get(i);
            boolean adds = losses.subList(0, i).stream().anyMatch(of::overlaps);
            this.losses[i] = new BoundLoss(of, i, gradients, adds);
        }
        PopulationLoss decoded = PopulationLoss.main(losses);
        this.main = this.losses[losses.indexOf(decoded)];
        this.evaluated = main;
        this.decodes = main.scores() != null || decoded.loss().decoding() != Decoding.NONE;
        this.populations = gradients.run().populations();
        this.counted = new long[workers.threads()][populations.length];
        this.classes = new int[size];
        this.numbers = new int[size];
        this.ends = new int[size];
    }

    Gradients gradients() {
        return gradients;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public FloatMatrix observed(String population, @Nullable String variable) {
        GradientPopulation of = gradients.population(population);
        return Objects.requireNonNull((variable == null ? of.ofSpikes() : of.ofVariable(variable)).observed());
    }

    int shard() {
        return shard;
    }

    double term(int sample) {
        double term = losses[0].terms()[sample];
        for (int i = 1; i < losses.length; i++) {
            term += losses[i].terms()[sample];
        }
        return term;
    }

    /**
     * Runs a window of a shard forward, and computes its loss.
     *
     * @param stops true to stop after the last sample's end
     */
    void forward(ShardedBatch cut, int shard, int firstStep, boolean stops) {
        TrainingBatch batch = cut.batch(shard);
        int whole = cut.samplesOfBatch(shard);
        int first = cut.firstInBatch(shard);
        draw(batch, first, cut.first(shard));
        boolean ragged = cut.hasLengths(shard);
        for (int i = 0; i < size; i++) {
            ends[i] = Math.clamp(cut.length(shard, i) - firstStep, 0, steps);
        }
        used = stops && !batch.constant() ? longest() : steps;
        gradients.run().setEnds(used, ragged ? ends : ALL);
        boolean repeats = batch.constant() && gradients.plan().online() != null;
        boolean constant = batch.constant() && !repeats;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            loaded.put(
                    input.name(),
                    repeats
                            ? repeated(input, batch, first)
                            : rows(
                                    input,
                                    batch,
                                    whole,
                                    first,
                                    constant ? 0 : firstStep,
                                    constant ? 1 : steps,
                                    ragged && !constant));
        }
        gradients.forward(loaded, constant);
        for (int i = 0; i < losses.length; i++) {
            losses[i].takeLabels(cut, shard, firstStep);
            losses[i].open(cut, shard, ends, numbers);
        }
        for (BoundLoss loss : losses) { // one by one, so that the same failure comes first with any number of threads
            evaluated = loss;
            workers.run(evaluate, Math.min(workers.threads(), size));
        }
    }

    private int longest() {
        int longest = 0;
        for (int end : ends) { // a stream is allocated
            longest = Math.max(longest, end);
        }
        return longest;
    }

    /** Returns the number of correctly decoded samples; 0 if outputs are not classes. */
    int right() {
        if (!decodes) {
            return 0;
        }
        workers.run(decode, Math.min(workers.threads(), size));
        return ClassDecoder.right(classes, main.labels(), 0, size);
    }

    void countSpikes(long[] to) {
        for (long[] each : counted) {
            Arrays.fill(each, 0);
        }
        workers.run(count, Math.min(workers.threads(), size));
        for (long[] each : counted) {
            for (int i = 0; i < to.length; i++) {
                to[i] += each[i];
            }
        }
    }

    private void count(int part, int thread) {
        int first = firstOf(part) * used;
        int rows = firstOf(part + 1) * used - first;
        for (int i = 0; i < populations.length; i++) {
            counted[thread][i] += populations[i].forward().spikes().block().count(first, rows);
        }
    }

    private void evaluate(int part, int thread) {
        evaluated.evaluate(firstOf(part), firstOf(part + 1), thread);
    }

    private void decode(int part, int thread) {
        main.decode(firstOf(part), firstOf(part + 1), thread, classes);
    }

    private int firstOf(int part) {
        return part * size / Math.min(workers.threads(), size);
    }

    /** Sets the indices of the samples for random draws: in the data set, or else in the whole batch. */
    private void draw(TrainingBatch batch, int first, int firstOfAll) {
        int[] samples = batch.samples();
        for (int i = 0; i < size; i++) {
            numbers[i] = samples == null ? firstOfAll + i : samples[first + i];
        }
        gradients.setSamples(numbers);
    }

    private Signal rows(
            Input input, TrainingBatch batch, int whole, int first, int firstStep, int count, boolean ragged) {
        Signal all = batch.input(input.name(), inputs.size() == 1);
        if (!ragged && whole == size && firstStep == 0 && all.rows() == count * size) {
            return all;
        }
        Signal into = scratch(input, all, count);
        for (int step = 0; step < count; step++) {
            Rows.copy(all, (firstStep + step) * whole + first, into, step * size, size);
        }
        for (int sample = 0; ragged && sample < size; sample++) {
            for (int step = ends[sample]; step < count; step++) {
                Rows.clear(into, step * size + sample);
            }
        }
        return into;
    }

    private Signal repeated(Input input, TrainingBatch batch, int first) {
        Signal frame = batch.input(input.name(), inputs.size() == 1);
        Signal into = scratch(input, frame, steps);
        for (int step = 0; step < steps; step++) {
            Rows.copy(frame, first, into, step * size, size);
        }
        return into;
    }

    private Signal scratch(Input input, Signal like, int count) {
        Signal made = scratch.get(input.name());
        boolean fits = made != null && made.rows() == count * size && made.getClass() == like.getClass();
        if (made == null || !fits) {
            made = like instanceof SpikeMatrix
                    ? SpikeMatrix.zeros(count * size, like.columns())
                    : FloatMatrix.zeros(count * size, like.columns());
            scratch.put(input.name(), made);
        }
        return made;
    }

    List<LearnedValue> slots() {
        return gradients.slots();
    }

    @Override
    public String toString() {
        return size + " samples of " + steps + " steps";
    }
}
