package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads, augments and encodes batches: while one batch is used, a thread fills the next.
 *
 * <pre>{@code
 * try (BatchLoader loader = new BatchLoader(data, batching)) {
 *     loader.start(epoch);
 *     while (loader.next()) {
 *         Batch batch = loader.batch();
 *     }
 * }
 * }</pre>
 *
 * <p>Reading ahead does not change batches. From the second epoch on, only the order of each epoch is allocated.
 */
public final class BatchLoader implements AutoCloseable {

    private final Dataset data;
    private final Batching batching;
    private final Shuffle.Orders orders;
    private final Batch[] slots;
    private final boolean[] ready = new boolean[2];
    private final Thread thread;
    private final int batches;
    private final int samples;

    private int epoch;
    /** The caller's order of the epoch, if it gave one. */
    private int @Nullable [] drawn;

    private int run;
    private int wanted;
    private int given = -1;
    private boolean closed;
    private @Nullable Throwable failure;

    /**
     * Creates a loader and its thread.
     *
     * @param data the samples
     * @param batching the batches of samples
     * @throws IllegalArgumentException if there are no samples, or fewer than a batch needs
     */
    public BatchLoader(Dataset data, Batching batching) {
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(batching, "batching");
        if (data.size() < 1) {
            throw new IllegalArgumentException("data set has no samples, expected at least one");
        }
        this.data = data;
        this.batching = batching;
        this.samples = data.size();
        this.batches = batching.batches(samples);
        if (batches == 0) {
            throw new IllegalArgumentException("data set has " + data.size() + " samples, expected at least a batch of "
                    + batching.size() + ", as smaller ones are left out");
        }
        this.orders = batching.orders(data.size());
        this.slots = new Batch[] {new Batch(data, batching), new Batch(data, batching)};
        this.wanted = batches;
        this.thread = Thread.ofPlatform().daemon().name("spikelane-loader").start(this::work);
    }

    /**
     * Starts an epoch from its first batch; the current batch becomes invalid.
     *
     * @param number the epoch's number, from 0
     * @throws IllegalArgumentException if {@code number} is negative
     * @throws IllegalStateException if this loader is closed
     */
    public void start(int number) {
        start(number, 0);
    }

    /**
     * Starts an epoch from a batch, as a resumed run does.
     *
     * @param number the epoch's number, from 0
     * @param batch the number of the first batch, from 0
     * @throws IllegalArgumentException if a number is negative
     * @throws IllegalStateException if this loader is closed
     */
    public void start(int number, int batch) {
        begin(number, batch, null);
    }

    /**
     * Starts an epoch in a given order.
     *
     * @param number the epoch's number, from 0
     * @param batch the number of the first batch, from 0
     * @param order the numbers of all samples, such as the result of {@link Batching#order(int, int)}; not to be
     *     changed before the next epoch
     * @throws IllegalArgumentException if a number is negative or there is no such sample
     * @throws IllegalStateException if this loader is closed
     */
    public void start(int number, int batch, int[] order) {
        if (order.length != samples) {
            throw new IllegalArgumentException(
                    "order has " + order.length + " numbers, expected " + samples + ", one for each sample");
        }
        for (int i = 0; i < samples; i++) {
            if (order[i] < 0 || order[i] >= samples) {
                throw new IllegalArgumentException(
                        "order has " + order[i] + " in place " + i + ", expected 0 to " + (samples - 1));
            }
        }
        begin(number, batch, order);
    }

    private synchronized void begin(int number, int batch, int @Nullable [] order) {
        requireOpen();
        if (number < 0 || batch < 0) {
            throw new IllegalArgumentException("epoch is " + number + ", batch " + batch + ", expected at least 0");
        }
        epoch = number;
        drawn = order;
        run++;
        wanted = batch;
        given = -1;
        failure = null;
        ready[0] = false;
        ready[1] = false;
        notifyAll();
    }

    /**
     * Advances to the next batch of the epoch, and waits for it.
     *
     * @return true if there is a next batch
     * @throws IllegalStateException if this loader is closed, or reading failed, which is the cause
     */
    public synchronized boolean next() {
        requireOpen();
        if (given >= 0) {
            ready[given % 2] = false;
            wanted = given + 1;
            given = -1;
            notifyAll();
        }
        if (wanted >= batches) {
            return false;
        }
        awaitBatch();
        requireOpen();
        if (failure != null && !ready[wanted % 2]) { // reading ahead may have failed at a later batch
            throw new IllegalStateException(
                    "batch " + (wanted + 1) + " of epoch " + (epoch + 1) + " cannot be read: "
                            + Objects.requireNonNullElse(failure.getMessage(), failure.toString()),
                    failure);
        }
        given = wanted;
        return true;
    }

    /**
     * Returns the batch of the last {@link #next}, valid until the next call of {@link #next}.
     *
     * @return the batch
     * @throws IllegalStateException if there is none
     */
    public synchronized Batch batch() {
        if (given < 0) {
            throw new IllegalStateException("there is no batch, expected a call of next() that returned true before");
        }
        return slots[given % 2];
    }

    /**
     * Returns the number of batches of an epoch.
     *
     * @return batches, at least 1
     */
    public int batches() {
        return batches;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("loader is closed");
        }
    }

    private synchronized void awaitBatch() {
        try {
            while (!ready[wanted % 2] && failure == null && !closed) {
                wait();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", interrupted);
        }
    }

    /** Fills batches of the current run until both slots are full. */
    private void work() {
        int mine = 0;
        int fill = batches;
        int ofEpoch = 0;
        int[] order = {};
        int[] ofCaller = null;
        while (true) {
            boolean fresh;
            synchronized (this) {
                awaitWork(mine, fill);
                if (closed) {
                    return;
                }
                fresh = run != mine;
                if (fresh) {
                    mine = run;
                    fill = wanted;
                    ofEpoch = epoch;
                    ofCaller = drawn;
                }
            }
            try {
                if (fresh) {
                    order = batching.sorted(ofCaller == null ? orders.next(ofEpoch) : ofCaller, data);
                }
                if (fill < batches) {
                    slots[fill % 2].read(ofEpoch, fill, order);
                    publish(mine, fill, null);
                    fill++;
                }
            } catch (RuntimeException | Error problem) {
                publish(mine, fill, problem);
                fill = batches;
            }
        }
    }

    /** Publishes a batch or its failure, unless a new run has started. */
    private synchronized void publish(int ofRun, int batch, @Nullable Throwable problem) {
        if (run == ofRun) {
            ready[batch % 2] = problem == null;
            failure = problem;
            notifyAll();
        }
    }

    /** Waits for a free slot, a new run, or {@link #close}. */
    private synchronized void awaitWork(int ofRun, int batch) {
        try {
            while (!closed && run == ofRun && (batch >= batches || ready[batch % 2])) {
                wait();
            }
        } catch (InterruptedException nobody) {
            closed = true; // an interrupt ends this thread, like close()
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Samples of an epoch, in memory that the loader reuses. */
    public static final class Batch {

        private final Dataset data;
        private final Batching batching;
        private final int[] samples;
        private final int[] labels;
        private final int[] lengths;
        private final Rows full;
        private final @Nullable FloatMatrix targets;
        /** Populations that have named targets, parallel to {@code targetsOf}. */
        private final String[] targeted;

        private final FloatMatrix[] targetsOf;
        private final FloatMatrix[] scratch;
        private final CounterRandom.Draws encoding;
        private final CounterRandom.Draws changes;
        private Rows rows;
        private @Nullable Rows partial;
        private int count;
        private int epoch;
        private int number;

        private record Rows(FloatMatrix values, Signal input) {}

        Batch(Dataset data, Batching batching) {
            this.data = data;
            this.batching = batching;
            int size = Math.min(batching.size(), data.size());
            int neurons = data.shape().size();
            samples = new int[size];
            labels = new int[size];
            lengths = new int[data.length(0) == 0 ? 0 : size];
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
            encoding = CounterRandom.Draws.encoding(batching.seed(), size);
            changes = CounterRandom.Draws.augmentation(batching.seed(), size);
        }

        private Rows allocate(int size) {
            int neurons = data.shape().size();
            return new Rows(FloatMatrix.zeros(size, neurons), batching.code().allocate(size, neurons));
        }

        /** Reads a batch of an epoch. Memory for a smaller batch is allocated once, on demand. */
        void read(int ofEpoch, int batch, int[] order) {
            number = batch;
            int first = batch * batching.size();
            read(ofEpoch, order, first, Math.min(batching.size(), order.length - first), false);
        }

        /**
         * Reads the first samples of the data set under other numbers, such as a shard's numbers in the whole data set.
         * Augmentations and encodings use these numbers.
         *
         * @param ofEpoch the epoch, from 0
         * @param numbers the numbers of the samples, at most the size of a batch
         * @throws IllegalArgumentException if there are none or too many, or the epoch is negative
         */
        public void read(int ofEpoch, int... numbers) {
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
            if (!(batching.code() instanceof RecordingInput)) {
                batching.code().encode(rows.values, encoding, rows.input);
            }
            clearBehindEnds();
        }

        private void clearBehindEnds() {
            int steps = rows.input.rows() / count;
            for (int row = 0; row < Math.min(count, lengths.length) && steps > 1; row++) {
                for (int step = lengths[row]; step < steps; step++) {
                    dev.spikelane.simd.Rows.clear(rows.input, step * count + row);
                }
            }
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
            if (lengths.length > 0) {
                lengths[row] = data.length(sample);
            }
            if (targets != null) {
                data.readTarget(sample, targets, row);
            }
            for (int i = 0; i < targeted.length; i++) {
                data.readTarget(targeted[i], sample, targetsOf[i], row);
            }
            if (batching.code() instanceof RecordingInput recordings) {
                recordings.read(data, sample, changes, row, (SpikeMatrix) rows.input);
                return;
            }
            List<Batching.Augmentation> augmentations = batching.augmentations();
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
         * @return samples, fewer in a smaller last batch
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
         * @param row the row in this batch
         * @return its number
         * @throws IndexOutOfBoundsException if there is no such row
         */
        public int sample(int row) {
            return samples[Objects.checkIndex(row, count)];
        }

        /**
         * Returns the numbers of the samples.
         *
         * @return an array of the loader, with {@link #count} valid items
         */
        public int[] samples() {
            return samples;
        }

        /**
         * Returns the labels.
         *
         * @return an array of the loader, with {@link #count} valid items
         */
        public int[] labels() {
            return labels;
        }

        /**
         * Returns the lengths of the samples.
         *
         * @return an array of the loader, with {@link #count} valid items; empty if all samples have all steps
         */
        public int[] lengths() {
            return lengths;
        }

        /**
         * Returns the shape of a sample.
         *
         * @return the shape, in torch's order (channel, y, x)
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
         * Returns the encoded values.
         *
         * @return {@code [count x values]} of a static frame, or {@code [steps * count x values]}
         */
        public Signal input() {
            return rows.input;
        }

        /**
         * Returns true if samples have numeric targets.
         *
         * @return true if {@link #targets} returns them
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
         * Returns the targets for named populations.
         *
         * @return {@code [at least count x values]} by population, in new maps of the same memory
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
            return "batch " + number + " of epoch " + epoch + ", samples "
                    + Arrays.toString(Arrays.copyOf(samples, count));
        }
    }

    @Override
    public String toString() {
        return "BatchLoader of " + samples + " samples in " + batches + " batches";
    }
}
