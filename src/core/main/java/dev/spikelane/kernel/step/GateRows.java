package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;

/**
 * Copies the currents of neurons with four gates into rows of one gate, which loops read. A row of currents holds the
 * positions one after another; each position holds all channels of the first gate, then of the second, and so on:
 *
 * <pre>{@code
 * for each position, gate and channel:
 *     rows[gate][position * channels + channel] = currents[(position * 4 + gate) * channels + channel]
 * }</pre>
 */
public final class GateRows {

    public static final int GATES = 4;

    private final int neurons;
    private final int channels;
    private final int samples;
    private final FloatMatrix rows;

    /**
     * Allocates rows for the gates of two ports.
     *
     * @param channels neurons of a position; all neurons if they are a row
     * @param samples rows of each gate
     */
    public GateRows(int neurons, int channels, int samples) {
        this.neurons = neurons;
        this.channels = channels;
        this.samples = samples;
        this.rows = FloatMatrix.zeros(NativeMemory.ofAuto(), 2 * GATES * samples, neurons);
    }

    /** Returns true if each gate has whole blocks in the rows of currents, so that loops can read them in place. */
    public static boolean inPlace(int neurons, int channels) {
        return channels == neurons && neurons % Long.SIZE == 0;
    }

    /** Returns the gates of the first port, then of the second: a row for each sample. */
    public FloatMatrix rows() {
        return rows;
    }

    /** Returns the row of a gate's first sample. */
    public int row(int gate) {
        return gate * samples;
    }

    /** Copies a sample's gates from a row of currents. */
    public void take(FloatMatrix currents, int row, int port, int sample) {
        copy(currents, row, port, sample, true);
    }

    /** Copies a sample's gates to a row of currents. */
    public void give(FloatMatrix currents, int row, int port, int sample) {
        copy(currents, row, port, sample, false);
    }

    private void copy(FloatMatrix currents, int row, int port, int sample, boolean takes) {
        MemorySegment outside = currents.segment();
        MemorySegment inside = rows.segment();
        long bytes = (long) channels * Float.BYTES;
        long at = currents.rowOffset(row);
        for (int first = 0; first < neurons; first += channels) {
            for (int gate = 0; gate < GATES; gate++) {
                long own = rows.rowOffset(row(port * GATES + gate) + sample) + (long) first * Float.BYTES;
                if (takes) {
                    MemorySegment.copy(outside, at, inside, own, bytes);
                } else {
                    MemorySegment.copy(inside, own, outside, at, bytes);
                }
                at += bytes;
            }
        }
    }
}
