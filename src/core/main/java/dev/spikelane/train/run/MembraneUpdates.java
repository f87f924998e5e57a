package dev.spikelane.train.run;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.simd.Rows;

/** Counts membranes that change in a step; in the first step, all of them. */
final class MembraneUpdates implements Population.Observer {

    private final FloatMatrix before;
    private long count;

    MembraneUpdates(int batch, int neurons) {
        this.before = FloatMatrix.zeros(batch, neurons);
    }

    long count() {
        return count;
    }

    @Override
    public boolean needsMembranes() {
        return true;
    }

    @Override
    public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
        int batch = before.rows();
        for (int row = 0; row < steps * batch; row++) {
            boolean known = row >= batch;
            FloatMatrix last = known ? membranes : before;
            count += firstStep == 0 && !known
                    ? before.columns()
                    : changed(membranes, row, last, known ? row - batch : row);
        }
        Rows.copy(membranes, (steps - 1) * batch, before, 0, batch);
    }

    /** Counts differences; NaN differs from all values, as in NeuroBench. */
    private static int changed(FloatMatrix now, int row, FloatMatrix then, int rowThen) {
        int changed = 0;
        long at = now.rowOffset(row);
        long atThen = then.rowOffset(rowThen);
        for (int i = 0; i < now.columns(); i++) {
            long next = (long) i * Float.BYTES;
            float difference =
                    now.segment().get(JAVA_FLOAT, at + next) - then.segment().get(JAVA_FLOAT, atThen + next);
            int bits = Float.floatToRawIntBits(difference) & Integer.MAX_VALUE;
            changed += (bits | -bits) >>> Integer.SIZE - 1; // without a branch, C2 vectorizes the loop
        }
        return changed;
    }

    @Override
    public void reset() {
        count = 0;
    }
}
