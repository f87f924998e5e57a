package dev.spikelane.network;

import dev.spikelane.memory.Signal;
import dev.spikelane.simd.RowBytes;
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
        return (long) recording.rows() * RowBytes.padded(recording);
    }

    static void write(Signal recording, ByteBuffer to) {
        RowBytes.write(recording, recording.rows(), RowBytes.padded(recording), RowBytes.IN_ORDER, to);
    }

    static void read(Signal recording, ByteBuffer from) {
        RowBytes.read(recording, recording.rows(), RowBytes.padded(recording), RowBytes.IN_ORDER, from);
    }
}
