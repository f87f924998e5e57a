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

/** The rows of a batch in order, including invalid ones. */
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

    /**
     * @param values values of a sample
     */
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

    /**
     * Returns true if the batch has space for a sample of this id. All ids of a batch share their high half, see
     * {@link #setDraws}.
     */
    boolean takes(long id) {
        return size < rows.length && (samples == 0 || epoch == (int) (id >>> Integer.SIZE));
    }

    void addInvalid(Row row) {
        rows[size] = row;
        valid[size] = false;
        size++;
    }

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

    /** Returns {@code [samples x values]}. */
    FloatMatrix values() {
        return Objects.requireNonNull(values, "values").rows(0, samples);
    }

    /** Copies the spikes of all steps, {@code [steps x samples, inputs]}, time-major. */
    void copySpikes(int steps, SpikeMatrix into) {
        int bytes = Math.ceilDiv(into.columns(), Byte.SIZE);
        for (int step = 0; step < steps; step++) {
            for (int i = 0; i < samples; i++) {
                MemorySegment.copy(
                        spikes[i], step * bytes, into.segment(), JAVA_BYTE, into.rowOffset(step * samples + i), bytes);
            }
        }
    }

    /** Selects the random streams: the low half of an id is the sample, the high half the epoch. */
    void setDraws(CounterRandom.Draws draws) {
        draws.setEpoch(epoch);
        draws.setSamples(ids, 0, samples);
    }
}
