package dev.spikelane.spark;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Rows that wait to be run side by side, and among them those that are no samples, in order. */
final class SampleBatch {

    private final int inputIndex;
    private final @Nullable FloatMatrix values;
    private final byte[][] spikes;
    private final Row[] rows;
    private final boolean[] valid;
    private final int[] ids;
    private int epoch;
    private int size;
    private int samples;

    /** Makes room for so many rows; {@code values} is how many a sample has. */
    SampleBatch(InferencePlan plan, int values) {
        int most = plan.batchSize();
        boolean packed = plan.columns().kind() == InputKind.SPIKES;
        this.inputIndex = plan.columns().input();
        this.values = packed ? null : FloatMatrix.zeros(most, values);
        this.spikes = new byte[packed ? most : 0][];
        this.rows = new Row[most];
        this.valid = new boolean[most];
        this.ids = new int[most];
    }

    void clear() {
        size = 0;
        samples = 0;
    }

    int size() {
        return size;
    }

    int samples() {
        return samples;
    }

    Row row(int place) {
        return rows[place];
    }

    boolean isValid(int place) {
        return valid[place];
    }

    /** Whether there is room for a sample of this id; those of a batch share the high half, see {@link #setDraws}. */
    boolean takes(long id) {
        return size < rows.length && (samples == 0 || epoch == (int) (id >>> Integer.SIZE));
    }

    /** Adds a row that is no sample. */
    void addInvalid(Row row) {
        rows[size] = row;
        valid[size] = false;
        size++;
    }

    /** Adds a sample with the values that were read last. */
    void add(Row row, long id, float[] ofSample) {
        if (values == null) {
            spikes[samples] = row.getAs(inputIndex);
        } else {
            MemorySegment.copy(ofSample, 0, values.segment(), JAVA_FLOAT, values.rowOffset(samples), ofSample.length);
        }
        ids[samples] = (int) id;
        epoch = (int) (id >>> Integer.SIZE);
        rows[size] = row;
        valid[size] = true;
        size++;
        samples++;
    }

    /** The samples' values, {@code [samples x values]}. */
    FloatMatrix values() {
        return Objects.requireNonNull(values, "values").rows(0, samples);
    }

    /** Writes spikes, time-major. */
    void copySpikes(int steps, SpikeMatrix into) {
        int bytes = Math.ceilDiv(into.columns(), Byte.SIZE);
        for (int step = 0; step < steps; step++) {
            for (int i = 0; i < samples; i++) {
                MemorySegment.copy(
                        spikes[i], step * bytes, into.segment(), JAVA_BYTE, into.rowOffset(step * samples + i), bytes);
            }
        }
    }

    /**
     * Goes to the streams of the samples: the low half of an id is the number of the sample, the high half the epoch.
     */
    void setDraws(CounterRandom.Draws draws) {
        draws.setEpoch(epoch);
        draws.setSamples(ids, 0, samples);
    }
}
