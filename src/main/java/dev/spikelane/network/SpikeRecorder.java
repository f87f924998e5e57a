package dev.spikelane.network;

import dev.spikelane.kernel.base.Rows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Keeps the spikes of a layer since the last reset. */
public final class SpikeRecorder implements Observer {

    private final SpikeMatrix recorded;
    private final int batch;

    /**
     * Makes room for a run.
     *
     * @param arena the arena that owns the recording
     * @param steps the most steps that can be recorded, at least 1
     * @param batch samples, at least 1
     * @param neurons neurons of the layer, at least 1
     * @throws IllegalArgumentException if a size is below 1 or they overflow
     */
    public SpikeRecorder(Arena arena, int steps, int batch, int neurons) {
        Objects.requireNonNull(arena, "arena");
        this.recorded = SpikeMatrix.zeros(arena, Recordings.rows(steps, batch), neurons);
        this.batch = batch;
    }

    /**
     * Returns the recording.
     *
     * @return {@code [steps * batch x neurons]}, time-major; rows of steps that did not run hold what they held before
     */
    public SpikeMatrix spikes() {
        return recorded;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the recording is for another batch or another number of neurons
     */
    @Override
    public void attach(int samples, int neurons) {
        Recordings.requireSame(batch, recorded.columns(), samples, neurons);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if there is no room for the steps
     */
    @Override
    public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
        recorded.requireShape("recorder", recorded.rows(), spikes.columns());
        int row = Recordings.firstRow(recorded.rows(), batch, firstStep, steps);
        Rows.copy(spikes, 0, recorded, row, steps * batch);
    }

    /** {@inheritDoc} Those of all steps for which there is room. */
    @Override
    public long stateBytes() {
        return Recordings.bytes(recorded);
    }

    @Override
    public void writeState(ByteBuffer to) {
        Recordings.write(recorded, to);
    }

    @Override
    public void readState(ByteBuffer from) {
        Recordings.read(recorded, from);
    }

    @Override
    public String toString() {
        return "SpikeRecorder of batch " + batch + ", " + recorded;
    }
}
