package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Keeps the membrane potentials of a layer since the last reset. */
public final class MembraneRecorder implements Observer {

    private final FloatMatrix recorded;
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
    public MembraneRecorder(Arena arena, int steps, int batch, int neurons) {
        this.recorded = FloatMatrix.zeros(arena, Recordings.rows(steps, batch), neurons);
        this.batch = batch;
    }

    /**
     * Returns the recording.
     *
     * @return {@code [steps * batch x neurons]}, time-major, the membrane after each step; rows of steps that did not run hold what they
     *     held before
     */
    public FloatMatrix membranes() {
        return recorded;
    }

    @Override
    public boolean needsMembranes() {
        return true;
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
        recorded.requireShape("recorder", recorded.rows(), membranes.columns());
        int row = Recordings.firstRow(recorded.rows(), batch, firstStep, steps);
        MemorySegment.copy(
                membranes.segment(),
                0,
                recorded.segment(),
                recorded.rowOffset(row),
                membranes.rowOffset(steps * batch));
    }
}
