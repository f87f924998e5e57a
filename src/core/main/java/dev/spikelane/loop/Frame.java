package dev.spikelane.loop;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Addresses of the rows of a {@link Program}, and the neurons to run. One frame serves all runs of one thread. A row of
 * numbers has one float for each neuron, rounded up to a multiple of 64. A row of bits has one word for 64 neurons. All
 * rows are in native memory.
 */
public final class Frame {

    private static final long TILE_BYTES = (long) ProgramSplitter.TILE_WORDS * Long.SIZE * Float.BYTES;
    /**
     * Bytes between rows of the tile: rows of matrices often begin at pages and share one set of the cache; these do
     * not.
     */
    private static final long CUT_STRIDE = TILE_BYTES + 5 * ProgramSplitter.ALIGNMENT;

    /** Names of the rows, as in {@link Program#rows}. */
    public final List<String> rows;

    public final MemorySegment[] segments;
    /**
     * Values of the parameters that neurons share, one in each array. Reading an array takes a tenth of the compiler's
     * nodes that a segment takes.
     */
    public final float[][] shared;
    /** Bytes before the first row of each segment; {@link #strides} has the bytes from row to row. */
    public final long[] bases;

    public final long[] strides;
    /** Rows of the steps in the order of execution; only {@link Program#listed} programs read it. */
    public int[] list = {0};

    public int batch = 1;
    /** First block of 64 neurons to run; {@link #words} is the number of blocks. */
    public int firstWord;

    public int words;
    public final int neurons;
    private float[][] values = {};

    public Frame(Program program, int neurons) {
        this.rows = program.rows();
        this.segments = new MemorySegment[rows.size()];
        this.shared = new float[rows.size()][0];
        this.bases = new long[rows.size()];
        this.strides = new long[rows.size()];
        Arrays.fill(segments, MemorySegment.NULL);
        MemorySegment cut = NativeMemory.ofAuto().allocate(program.cuts() * CUT_STRIDE, ProgramSplitter.ALIGNMENT);
        long at = 0;
        for (int i = 0; i < segments.length; i++) {
            if (rows.get(i).startsWith(ProgramSplitter.CUT)) {
                segments[i] = cut.asSlice(at, TILE_BYTES);
                at += CUT_STRIDE;
            }
        }
        this.neurons = neurons;
        this.words = Math.ceilDiv(neurons, Long.SIZE);
    }

    /** Sets the address of a row by its name; does nothing if the program has no such row. */
    public void put(String row, MemorySegment segment, long base, long stride) {
        put(rows.indexOf(row), segment, base, stride);
    }

    /** Sets the address of a row to the rows of a matrix from {@code first}. */
    public void put(String row, Signal of, int first) {
        put(row, of.segment(), of.rowOffset(first), of.rowOffset(1));
    }

    /** Sets the address of a row to one row of a matrix for all steps. */
    public void repeat(String row, FloatMatrix of, int number) {
        put(row, of.segment(), of.rowOffset(number), 0);
    }

    /** Sets the address of a row by its index in {@link #rows}; ignores a negative index. */
    public void put(int place, MemorySegment segment, long base, long stride) {
        if (place >= 0) {
            segments[place] = segment;
            bases[place] = base;
            strides[place] = stride;
        }
    }

    /** Sets a parameter of this frame alone. */
    public void set(String row, float value) {
        shared[rows.indexOf(row)][0] = value;
    }

    /** Sets a parameter that all neurons share; ignores an unknown row. */
    public void share(String row, float[] value) {
        int place = rows.indexOf(row);
        if (place >= 0) {
            shared[place] = value;
        }
    }

    float[][] values(int nodes) {
        if (values.length != nodes) {
            values = new float[nodes][Long.SIZE];
        }
        return values;
    }
}
