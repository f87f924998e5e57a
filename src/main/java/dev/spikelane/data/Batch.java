package dev.spikelane.data;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.random.SampleDraws;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Some samples of an epoch, in memory that the loader uses again. */
public final class Batch {

    private final Dataset data;
    private final Batching batching;
    private final int[] samples;
    private final int[] labels;
    private final Rows full;
    private final @Nullable FloatMatrix targets;
    /** Names of populations with targets of their own, and those. */
    private final String[] targeted;

    private final FloatMatrix[] targetsOf;
    private final FloatMatrix[] scratch;
    private final SampleDraws encoding;
    private final SampleDraws changes;
    private Rows rows;
    private @Nullable Rows partial;
    private int count;
    private int epoch;
    private int number;

    /** Memory of so many samples: the values, and what they become. */
    private record Rows(FloatMatrix values, Signal input) {}

    Batch(Dataset data, Batching batching) {
        this.data = data;
        this.batching = batching;
        int size = Math.min(batching.size(), data.size());
        int neurons = data.shape().size();
        samples = new int[size];
        labels = new int[size];
        full = allocate(size);
        rows = full;
        targets = data.targetSize() == 0 ? null : FloatMatrix.zeros(size, data.targetSize());
        targeted = data.targetSizes().keySet().toArray(String[]::new);
        targetsOf = new FloatMatrix[targeted.length];
        for (int i = 0; i < targeted.length; i++) {
            targetsOf[i] = FloatMatrix.zeros(
                    size, Objects.requireNonNull(data.targetSizes().get(targeted[i])));
        }
        scratch = new FloatMatrix[] {FloatMatrix.zeros(1, neurons), FloatMatrix.zeros(1, neurons)};
        encoding = SampleDraws.encoding(batching.seed(), size);
        changes = SampleDraws.augmentation(batching.seed(), size);
    }

    private Rows allocate(int size) {
        int neurons = data.shape().size();
        return new Rows(FloatMatrix.zeros(size, neurons), batching.code().allocate(size, neurons));
    }

    /** Reads a batch of an epoch. Memory for fewer samples is made where it is needed and kept. */
    void read(int ofEpoch, int batch, int[] order) {
        number = batch;
        int first = batch * batching.size();
        read(ofEpoch, order, first, Math.min(batching.size(), order.length - first), false);
    }

    /**
     * Reads the first samples of the data set, which have other numbers in a whole one that is elsewhere: a shard of a
     * batch, say. Random numbers of augmentations and codes are those of these numbers.
     *
     * @param ofEpoch the epoch, from 0
     * @param numbers of the samples, at most as many as {@link Batching#batch} made memory for
     * @throws IllegalArgumentException if there are none or more, or the epoch is negative
     */
    public void read(int ofEpoch, int... numbers) {
        Objects.requireNonNull(numbers, "numbers");
        Checks.atLeast(0, "epoch", ofEpoch);
        if (numbers.length < 1 || numbers.length > samples.length) {
            throw new IllegalArgumentException(
                    "there are " + numbers.length + " numbers of samples, expected 1 to " + samples.length);
        }
        read(ofEpoch, numbers, 0, numbers.length, true);
    }

    private void read(int ofEpoch, int[] numbers, int first, int samplesRead, boolean inOrder) {
        epoch = ofEpoch;
        count = samplesRead;
        rows = count == full.values.rows() ? full : partial(count);
        System.arraycopy(numbers, first, samples, 0, count);
        encoding.setEpoch(epoch);
        encoding.setSamples(samples, 0, count);
        changes.setEpoch(epoch);
        changes.setSamples(samples, 0, count);
        for (int row = 0; row < count; row++) {
            readSample(inOrder ? row : samples[row], row);
        }
        batching.code().encode(rows.values, encoding, rows.input);
    }

    private Rows partial(int size) {
        Rows known = partial;
        if (known == null || known.values.rows() != size) {
            known = allocate(size);
            partial = known;
        }
        return known;
    }

    private void readSample(int sample, int row) {
        labels[row] = data.label(sample);
        if (targets != null) {
            data.readTarget(sample, targets, row);
        }
        for (int i = 0; i < targeted.length; i++) {
            data.readTarget(targeted[i], sample, targetsOf[i], row);
        }
        List<Augmentation> augmentations = batching.augmentations();
        if (augmentations.isEmpty()) {
            data.read(sample, rows.values, row);
            return;
        }
        data.read(sample, scratch[0], 0);
        for (int i = 0; i < augmentations.size(); i++) {
            FloatMatrix from = scratch[i % 2];
            augmentations.get(i).apply(from, scratch[(i + 1) % 2], data.shape(), changes.rowKey(i, row));
        }
        ArrayDataset.copy(scratch[augmentations.size() % 2], 0, rows.values, row);
    }

    /**
     * Returns the number of samples.
     *
     * @return samples, as many as a batch has or, in the last batch of an epoch, fewer
     */
    public int count() {
        return count;
    }

    /**
     * Returns the epoch.
     *
     * @return its number, from 0
     */
    public int epoch() {
        return epoch;
    }

    /**
     * Returns the number of this batch in its epoch.
     *
     * @return a number from 0
     */
    public int number() {
        return number;
    }

    /**
     * Returns the number of a sample in the data set.
     *
     * @param row the sample's row in this batch
     * @return its number
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public int sample(int row) {
        return samples[Objects.checkIndex(row, count)];
    }

    /**
     * Returns the numbers of the samples.
     *
     * @return an array of the loader, of which the first {@link #count} belong to this batch
     */
    public int[] samples() {
        return samples;
    }

    /**
     * Returns the labels.
     *
     * @return an array of the loader, of which the first {@link #count} belong to this batch
     */
    public int[] labels() {
        return labels;
    }

    /**
     * Returns the shape of a sample.
     *
     * @return the shape; values stand in torch's order (channel, y, x)
     */
    public Shape shape() {
        return data.shape();
    }

    /**
     * Returns the values.
     *
     * @return {@code [count x shape().size()]}
     */
    public FloatMatrix values() {
        return rows.values;
    }

    /**
     * Returns what the values became.
     *
     * @return the input of a network, {@code [count x values]} of a static frame, or {@code [steps * count x values]}
     */
    public Signal input() {
        return rows.input;
    }

    /**
     * Tells whether samples have targets that are numbers.
     *
     * @return whether {@link #targets} has them
     */
    public boolean hasTargets() {
        return targets != null;
    }

    /**
     * Returns the targets.
     *
     * @return {@code [at least count x target size]}
     * @throws IllegalStateException if the data set has none
     */
    public FloatMatrix targets() {
        if (targets == null) {
            throw new IllegalStateException("data set has no targets, only labels");
        }
        return targets;
    }

    /**
     * Returns the targets of populations that have their own.
     *
     * @return {@code [at least count x values]} by the names of the populations, in new maps of the same memory
     */
    public Map<String, FloatMatrix> targetsOf() {
        Map<String, FloatMatrix> all = new LinkedHashMap<>();
        for (int i = 0; i < targeted.length; i++) {
            all.put(targeted[i], targetsOf[i]);
        }
        return all;
    }

    @Override
    public String toString() {
        return "batch " + number + " of epoch " + epoch + ", samples " + Arrays.toString(Arrays.copyOf(samples, count));
    }
}
