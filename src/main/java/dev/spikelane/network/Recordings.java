package dev.spikelane.network;

import dev.spikelane.kernel.base.RowBytes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.nio.ByteBuffer;

/** Where the steps of a run stand in a recording, and recordings as bytes. */
final class Recordings {

    private Recordings() {}

    static int rows(int steps, int batch) {
        long rows = (long) steps * batch;
        if (steps < 1 || batch < 1 || rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("recording of " + steps + " steps of batch " + batch
                    + ", expected at least 1 of both and at most " + Integer.MAX_VALUE + " rows");
        }
        return (int) rows;
    }

    static void requireSame(int madeForBatch, int madeForNeurons, int batch, int neurons) {
        if (madeForBatch != batch || madeForNeurons != neurons) {
            throw new IllegalArgumentException("recorder is for batch " + madeForBatch + " of " + madeForNeurons
                    + " neurons, expected batch " + batch + " of " + neurons);
        }
    }

    static int firstRow(int rows, int batch, long firstStep, int steps) {
        if (firstStep + steps > rows / batch) {
            throw new IllegalStateException(
                    "recorder has room for " + rows / batch + " steps, the run goes on to step " + (firstStep + steps)
                            + ", counted from the last reset, also where a state was restored; make a longer "
                            + "recorder, or reset where a new sequence begins");
        }
        return (int) firstStep * batch;
    }

    /** Bytes of a recording as {@link #write} writes it. */
    static long bytes(Signal recording) {
        return (long) recording.rows() * rowBytes(recording);
    }

    static void write(Signal recording, ByteBuffer to) {
        int rows = recording.rows();
        switch (recording) {
            case SpikeMatrix spikes -> RowBytes.write(spikes, rows, rowBytes(spikes), RowBytes.IN_ORDER, to);
            case FloatMatrix values -> RowBytes.write(values, rows, rowBytes(values), RowBytes.IN_ORDER, to);
        }
    }

    static void read(Signal recording, ByteBuffer from) {
        int rows = recording.rows();
        switch (recording) {
            case SpikeMatrix spikes -> RowBytes.read(spikes, rows, rowBytes(spikes), RowBytes.IN_ORDER, from);
            case FloatMatrix values -> RowBytes.read(values, rows, rowBytes(values), RowBytes.IN_ORDER, from);
        }
    }

    private static int rowBytes(Signal recording) {
        return Math.toIntExact(recording.rowOffset(1));
    }
}
