package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Rows;
import dev.spikelane.train.loss.TargetRows;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A batch and its shards: ranges of its samples, or separate batches. */
final class ShardedBatch {

    private static final int[] NO_LABELS = {};

    private final int steps;
    /** True if windows are blocks of one sum. */
    private final boolean online;

    private @Nullable TrainingBatch[] given = new TrainingBatch[1];
    private int[] counts = new int[1];

    private boolean apart;
    private int shards;
    private int samples;
    private int[] labels = NO_LABELS;
    private final List<PopulationLoss> losses;
    private final @Nullable FloatMatrix[] targets;

    private final @Nullable TargetRows[] layouts;
    private final Loss.@Nullable Input[][] known;

    private int[] joinedLabels = NO_LABELS;
    private final @Nullable FloatMatrix[] joinedTargets;
    private int at;

    ShardedBatch(int steps, List<PopulationLoss> losses, boolean online) {
        this.steps = steps;
        this.online = online;
        this.losses = losses;
        this.targets = new FloatMatrix[losses.size()];
        this.known = new Loss.Input[targets.length][steps + 1];
        this.joinedTargets = new FloatMatrix[targets.length];
        this.layouts = losses.stream().map(loss -> loss.targetRows(steps)).toArray(TargetRows[]::new);
    }

    /** Sets a batch that is cut into {@code count} shards, or as many as there are samples. */
    ShardedBatch whole(TrainingBatch batch, int count, int most) {
        given[0] = batch;
        apart = false;
        shards = Math.min(most, count);
        samples = count;
        labels = batch.labels();
        for (int i = 0; i < targets.length; i++) {
            targets[i] = laidOut(i, batch.targets(losses.get(i).population()), count);
        }
        return this;
    }

    /** Sets shards that are separate batches, with {@code ofEach} samples. */
    ShardedBatch parts(List<TrainingBatch> batches, int[] ofEach) {
        if (given.length < batches.size()) {
            given = new TrainingBatch[batches.size()];
        }
        counts = ofEach;
        apart = true;
        shards = batches.size();
        samples = 0;
        for (int i = 0; i < shards; i++) {
            given[i] = batches.get(i);
            samples += ofEach[i];
        }
        labels = joinLabels();
        for (int i = 0; i < targets.length; i++) {
            targets[i] = laidOut(i, joinTargets(i), samples);
        }
        return this;
    }

    /** Sets the samples of one shard, and the labels of all. */
    ShardedBatch alone(TrainingBatch part, int count, int shard, int ofShards, int[] all) {
        if (counts.length < ofShards) {
            counts = new int[ofShards];
        }
        if (given.length < ofShards) {
            given = new TrainingBatch[ofShards];
        }
        apart = true;
        shards = ofShards;
        samples = all.length;
        Arrays.setAll(counts, this::even);
        if (count != counts[shard]) {
            throw new IllegalArgumentException("shard " + shard + " has " + count + " samples, expected "
                    + counts[shard] + " of a batch of " + samples + " in " + shards + " shards");
        }
        given[shard] = part;
        labels = all;
        for (int i = 0; i < targets.length; i++) {
            if (losses.get(i).targetRows(steps) != null
                    || part.targets(losses.get(i).population()) != null) {
                throw new IllegalArgumentException("loss '" + losses.get(i)
                        + "' reads targets, expected labels alone where the other samples are elsewhere");
            }
            targets[i] = null;
        }
        return this;
    }

    private @Nullable FloatMatrix laidOut(int loss, @Nullable FloatMatrix given, int count) {
        TargetRows layout = layouts[loss];
        return layout == null ? given : layout.of(given, count);
    }

    /**
     * Joins the labels of all samples; labels of steps, which are equal for all samples, come from the first shard.
     */
    private int[] joinLabels() {
        int[] first = batch(0).labels();
        for (int i = 0; i < shards; i++) {
            if (batch(i).labels().length < counts[i]) {
                return first;
            }
        }
        if (joinedLabels.length != samples) {
            joinedLabels = new int[samples];
        }
        for (int i = 0, to = 0; i < shards; to += counts[i++]) {
            System.arraycopy(batch(i).labels(), 0, joinedLabels, to, counts[i]);
        }
        return joinedLabels;
    }

    private @Nullable FloatMatrix joinTargets(int loss) {
        String population = losses.get(loss).population();
        FloatMatrix first = batch(0).targets(population);
        for (int i = 1; i < shards; i++) {
            if ((batch(i).targets(population) == null) != (first == null)) {
                throw new IllegalArgumentException("part " + (first == null ? 0 : i) + " has no targets, part "
                        + (first == null ? i : 0) + " has, expected all or none");
            }
        }
        if (first == null) {
            return null;
        }
        int times = first.rows() / counts[0];
        FloatMatrix joined = joinedTargets[loss];
        if (joined == null || joined.rows() != times * samples || joined.columns() != first.columns()) {
            joined = FloatMatrix.zeros(times * samples, first.columns());
            joinedTargets[loss] = joined;
        }
        for (int i = 0, to = 0; i < shards; to += counts[i++]) {
            FloatMatrix part = Objects.requireNonNull(batch(i).targets(population));
            part.requireShape("targets", times * counts[i], first.columns());
            for (int step = 0; step < times; step++) {
                Rows.copy(part, step * counts[i], joined, step * samples + to, counts[i]);
            }
        }
        return joined;
    }

    int steps() {
        return steps;
    }

    int shards() {
        return shards;
    }

    int samples() {
        return samples;
    }

    @Nullable
    FloatMatrix targets(int loss) {
        return targets[loss];
    }

    double divisor(int i, int some, int all) {
        PopulationLoss loss = losses.get(i);
        Loss.Input input = known[i][some];
        if (input == null || input.batch() != samples) {
            input = new Loss.Input(some, samples, loss.outputs());
            known[i][some] = input;
        }
        input.setLabels(labels);
        FloatMatrix wanted = targets[i];
        if (wanted == null) {
            input.forgetTargets();
        } else {
            input.setTargets(wanted);
        }
        return online ? loss.divisor(input, all) : loss.divisor(input);
    }

    /** Throws unless each sample of a shard with lengths has one, of 1 to all steps. */
    void requireLengths(int shard) {
        int[] lengths = batch(shard).lengths();
        int count = samplesOfBatch(shard);
        boolean loaded = batch(shard).samples() != null; // samples of a larger batch may follow
        if (lengths != null && (loaded ? lengths.length < count : lengths.length != count)) {
            throw new IllegalArgumentException(
                    "there are " + lengths.length + " lengths, expected " + count + ", one for each sample");
        }
        for (int i = 0; lengths != null && i < count; i++) {
            if (lengths[i] < 1 || lengths[i] > steps) {
                throw new IllegalArgumentException(
                        "length of sample " + i + " is " + lengths[i] + ", expected 1 to " + steps + " steps");
            }
        }
    }

    int length(int shard, int sample) {
        int[] lengths = batch(shard).lengths();
        return lengths == null ? steps : lengths[firstInBatch(shard) + sample];
    }

    boolean hasLengths(int shard) {
        return batch(shard).lengths() != null;
    }

    TrainingBatch batch(int shard) {
        return Objects.requireNonNull(given[apart ? shard : 0]);
    }

    int samplesOfBatch(int shard) {
        return apart ? counts[shard] : samples;
    }

    int size(int shard) {
        return apart ? counts[shard] : even(shard);
    }

    private int even(int shard) {
        return samples / shards + (shard < samples % shards ? 1 : 0);
    }

    int first(int shard) {
        int first = 0;
        for (int i = 0; i < shard; i++) {
            first += size(i);
        }
        return first;
    }

    int firstInBatch(int shard) {
        return apart ? 0 : first(shard);
    }

    void work(int shard) {
        at = shard;
    }

    int at() {
        return at;
    }
}
