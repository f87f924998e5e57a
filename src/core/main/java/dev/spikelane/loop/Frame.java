package dev.spikelane.loop;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Where the rows of a {@link Program} are, and which neurons run. Made once, it serves all runs of one thread. Rows of
 * numbers have as many floats as neurons rounded up to 64, rows of bits a word for 64 neurons; all are native memory.
 */
public final class Frame {

    private static final long TILE_BYTES = (long) ProgramSplitter.TILE_WORDS * Long.SIZE * Float.BYTES;
    /** Rows of matrices often begin where pages do, and fill one set of the cache; these begin apart. */
    private static final long CUT_STRIDE = TILE_BYTES + 5 * ProgramSplitter.ALIGNMENT;

    /** Names of the rows, as {@link Program#rows} orders them. */
    public final List<String> rows;

    public final MemorySegment[] segments;
    /** What a parameter that neurons share is, alone in an array; a loop reads it with a tenth of a segment's nodes. */
    public final float[][] shared;
    /** Bytes in front of the first row, and from row to row. */
    public final long[] bases;

    public final long[] strides;
    /** The rows of steps, in the order in which they run, of a program that is {@link Program#listed}. */
    public int[] list = {0};
    /** Samples, each a row of a step. */
    public int batch = 1;
    /** Blocks of 64 neurons that run. */
    public int firstWord;

    public int words;
    /** Neurons of a whole row. */
    public final int neurons;
    /** Where the interpreter computes. */
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

    /** Says where a row is; one that the program does not have is ignored. */
    public void put(String row, MemorySegment segment, long base, long stride) {
        put(rows.indexOf(row), segment, base, stride);
    }

    /** The same of rows of a matrix, from one on. */
    public void put(String row, Signal of, int first) {
        put(row, of.segment(), of.rowOffset(first), of.rowOffset(1));
    }

    /** The same of one row, again and again. */
    public void repeat(String row, FloatMatrix of, int number) {
        put(row, of.segment(), of.rowOffset(number), 0);
    }

    /** Says where a row is, by its place among the rows; one below 0 is ignored. */
    public void put(int place, MemorySegment segment, long base, long stride) {
        if (place >= 0) {
            segments[place] = segment;
            bases[place] = base;
            strides[place] = stride;
        }
    }

    /** Changes a number that this frame alone holds. */
    public void set(String row, float value) {
        shared[rows.indexOf(row)][0] = value;
    }

    /** Says what neurons share. */
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
