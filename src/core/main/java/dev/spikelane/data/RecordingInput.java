package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Copies spikes of recordings, with memory for a changed sample. */
final class RecordingInput implements InputEncoding {

    private final int steps;
    private final List<SpikeChange> changes;
    private SpikeMatrix from = SpikeMatrix.zeros(1, 1);
    private SpikeMatrix to = from;
    private SpikeMatrix other = from;

    RecordingInput(int steps, List<SpikeChange> changes) {
        this.steps = Checks.atLeast(1, "steps", steps);
        this.changes = changes;
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        throw new IllegalArgumentException("samples are values, expected recordings, which a loader reads");
    }

    void read(Dataset data, int sample, CounterRandom.Draws draws, int row, SpikeMatrix batch) {
        if (data.steps() != steps) {
            throw new IllegalArgumentException(
                    "samples of " + data + " have " + data.steps() + " steps, expected " + steps);
        }
        int stride = batch.rows() / steps;
        if (changes.isEmpty()) {
            data.readSpikes(sample, batch, row, stride);
            return;
        }
        if (from.columns() != batch.columns() || from.rows() != steps) {
            from = SpikeMatrix.zeros(steps, batch.columns());
            to = SpikeMatrix.zeros(steps, batch.columns());
            other = SpikeMatrix.zeros(steps, batch.columns());
        }
        data.readSpikes(sample, from, 0, 1);
        for (int i = 0; i < changes.size(); i++) {
            long key = draws.rowKey(i, row);
            to.clear();
            if (changes.get(i) instanceof SpikeChanges.Mix mix) {
                data.readSpikes(SpikeChanges.Mix.partner(data, sample, key), other, 0, 1);
                mix.apply(from, other, to, key);
            } else {
                changes.get(i).apply(from, to, data.shape(), key);
            }
            SpikeMatrix changed = to;
            to = from;
            from = changed;
        }
        copy(from.segment(), from.rowOffset(1), steps, batch, row, stride);
    }

    /** Copies the adjacent steps of a sample to rows {@code stride} apart. */
    static void copy(MemorySegment from, long bytes, int steps, SpikeMatrix into, int row, int stride) {
        for (int step = 0; step < steps; step++) {
            MemorySegment.copy(from, step * bytes, into.segment(), into.rowOffset(row + step * stride), bytes);
        }
    }

    @Override
    public String toString() {
        return "recordings, " + steps + " steps";
    }
}
