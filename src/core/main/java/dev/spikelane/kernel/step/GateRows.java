package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;

/**
 * The currents of neurons with four gates each, as rows of one gate that loops read. A row of currents at a port holds
 * the positions one after another; each position holds all channels of the first gate, then of the second, and so on.
 */
public final class GateRows {

    /** Gates of a neuron. */
    public static final int GATES = 4;

    private final int neurons;
    private final int channels;
    private final int samples;
    private final FloatMatrix rows;

    /**
     * Makes room for the gates of two ports.
     *
     * @param channels neurons of a position; all of them, if they stand in a row
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

    /** Returns the gates of the first port, then the gates of the second: a row for each sample. */
    public FloatMatrix rows() {
        return rows;
    }

    /** The row of the first sample of a gate. */
    public int row(int gate) {
        return gate * samples;
    }

    /** Takes the gates of a sample from a row of a port's currents. */
    public void take(FloatMatrix currents, int row, int port, int sample) {
        copy(currents, row, port, sample, true);
    }

    /** Puts the gates of a sample into a row of a port's currents. */
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
