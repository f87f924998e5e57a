package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.RowBytes;
import dev.spikelane.simd.Rows;
import java.nio.ByteBuffer;

/** Keeps rows of each step since the last reset: the common part of the recorders of spikes and of variables. */
abstract class Recorder<S extends Signal> implements Population.Observer {

    final S recorded;
    final int batch;

    Recorder(S recorded, int batch) {
        this.recorded = recorded;
        this.batch = batch;
    }

    /** How many rows a recording has. */
    static int rows(int steps, int batch) {
        long rows = (long) steps * batch;
        if (steps < 1 || batch < 1 || rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("recording of " + steps + " steps of batch " + batch
                    + ", expected at least 1 of both and at most " + Integer.MAX_VALUE + " rows");
        }
        return (int) rows;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the recording is for another batch or another number of neurons
     */
    @Override
    public void attach(int samples, int neurons) {
        if (batch != samples || recorded.columns() != neurons) {
            throw new IllegalArgumentException("recorder is for batch " + batch + " of " + recorded.columns()
                    + " neurons, expected batch " + samples + " of " + neurons);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if there is no room for the steps
     */
    @Override
    public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
        Signal rows = needsMembranes() ? membranes : spikes;
        recorded.requireShape("recorder", recorded.rows(), rows.columns());
        Rows.copy(rows, 0, recorded, firstRow(firstStep, steps), steps * batch);
    }

    /** Where the rows of some steps begin; throws if there is no room for them. */
    final int firstRow(long firstStep, int steps) {
        int most = recorded.rows() / batch;
        if (firstStep + steps > most) {
            throw new IllegalStateException(
                    "recorder has room for " + most + " steps, the run goes on to step " + (firstStep + steps)
                            + ", counted from the last reset, also where a state was restored; make a longer "
                            + "recorder, or reset where a new sequence begins");
        }
        return (int) firstStep * batch;
    }

    /** {@inheritDoc} Those of all steps for which there is room. */
    @Override
    public long stateBytes() {
        return bytes(recorded);
    }

    @Override
    public void writeState(ByteBuffer to) {
        write(recorded, to);
    }

    @Override
    public void readState(ByteBuffer from) {
        read(recorded, from);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " of batch " + batch + ", " + recorded;
    }

    /** Bytes of a recording as {@link #write} writes it. */
    static long bytes(Signal recording) {
        return (long) recording.rows() * RowBytes.padded(recording);
    }

    static void write(Signal recording, ByteBuffer to) {
        RowBytes.write(recording, recording.rows(), RowBytes.padded(recording), RowBytes.IN_ORDER, to);
    }

    static void read(Signal recording, ByteBuffer from) {
        RowBytes.read(recording, recording.rows(), RowBytes.padded(recording), RowBytes.IN_ORDER, from);
    }
}
