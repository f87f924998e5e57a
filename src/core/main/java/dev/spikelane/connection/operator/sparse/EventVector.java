package dev.spikelane.connection.operator.sparse;

import dev.spikelane.kernel.product.EventsVector;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The currents of all ports of a component with synapses: one vector for one sample at a time, with a range for each
 * port. Each thread has a block of every range, which shares the work evenly.
 */
public final class EventVector {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private static final class Pieces implements Arena {

        private final Arena arena;
        private final MemorySegment all;
        private long taken;

        Pieces(Arena arena, long bytes) {
            this.arena = arena;
            this.all = arena.allocate(bytes, FloatMatrix.ROW_MULTIPLE);
        }

        @Override
        public MemorySegment allocate(long size, long alignment) {
            taken += size; // rows begin at cache lines, also if they have whole pages
            return all.asSlice(taken - size, size);
        }

        @Override
        public MemorySegment.Scope scope() {
            return arena.scope();
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** Zeros that clear memory by copying, from the L1 cache: fill takes three times as long (JDK 25, 2026-11). */
    private static final long ZEROS = 4096;

    private final MemorySegment zeros;
    private final int blocks;
    private final int batch;
    private final MemorySegment currents;
    /**
     * Row of each range in the vector. The next field holds the rows of all samples; a single sample uses the vector
     * itself.
     */
    private final FloatMatrix[] row;

    private final FloatMatrix[] rows;
    private final float[] quanta;
    private final int[] places;
    /** Sums of quanta, converted to floats at the end of a step. */
    private final int[] sums;

    private final Arrivals[] arrivals;
    private final MemorySegment[][] own;

    /**
     * Allocates the vector.
     *
     * @param quanta the quantum of each range; 0 for floats
     */
    public EventVector(Arena arena, int[] columns, float[] quanta, int batch, int blocks) {
        this.blocks = blocks;
        this.batch = batch;
        this.quanta = quanta.clone();
        this.row = new FloatMatrix[columns.length];
        this.rows = new FloatMatrix[columns.length];
        this.places = new int[columns.length];
        this.own = new MemorySegment[blocks][columns.length];
        long bytes = 0;
        for (int each : columns) {
            bytes += FloatMatrix.bytes(1, each);
        }
        this.zeros = arena.allocate(ZEROS, FloatMatrix.ROW_MULTIPLE);
        Pieces pieces = new Pieces(arena, bytes);
        this.currents = pieces.all;
        this.sums = new int[whole(quanta) ? (int) (currents.byteSize() / Float.BYTES) : 0];
        this.arrivals = new Arrivals[blocks];
        Arrays.setAll(arrivals, _ -> new Arrivals(currents, sums));
        for (int range = 0; range < columns.length; range++) {
            places[range] = Math.toIntExact(pieces.taken / Float.BYTES);
            row[range] = FloatMatrix.zeros(pieces, 1, columns[range]);
            rows[range] = batch == 1 ? row[range] : FloatMatrix.zeros(arena, batch, columns[range]);
            for (int block = 0; block < blocks; block++) {
                long first = (long) column(columns[range], block) * Float.BYTES;
                long end = (long) column(columns[range], block + 1) * Float.BYTES;
                own[block][range] = row[range].segment().asSlice(first, end - first);
            }
        }
    }

    private static boolean whole(float... quanta) {
        for (float each : quanta) {
            if (each > 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns the first word of 64 neurons of a block, for a range with {@code columns} columns. */
    public int word(int columns, int block) {
        return (int) ((long) Math.ceilDiv(columns, Long.SIZE) * block / blocks);
    }

    private int column(int columns, int block) {
        return Math.min(columns, word(columns, block) * Long.SIZE);
    }

    /** Returns the index after the last column of a range in each block. */
    public int[] ends(int range) {
        int[] ends = new int[blocks];
        for (int block = 0; block < blocks; block++) {
            ends[block] = column(row[range].columns(), block + 1);
        }
        return ends;
    }

    public int place(int range) {
        return places[range];
    }

    public FloatMatrix rows(int range) {
        return rows[range];
    }

    public int blocks() {
        return blocks;
    }

    Arrivals arrivals(int block) {
        return arrivals[block];
    }

    void add(int place, int count) {
        sums[place] += count;
    }

    void addWeight(int place, float weight) {
        long at = (long) place * Float.BYTES;
        currents.set(FLOAT, at, currents.get(FLOAT, at) + weight);
    }

    void add(int place, float value, float weight) {
        long at = (long) place * Float.BYTES;
        currents.set(FLOAT, at, ZeroInputs.fma(value, weight, currents.get(FLOAT, at)));
    }

    public void clear(int block) {
        for (MemorySegment each : own[block]) {
            clear(each, 0, each.byteSize());
        }
    }

    /** Clears some words of 64 neurons of a range, after the neurons have read the vector itself. */
    public void clear(int range, int firstWord, int endWord) {
        if (isTaken(range)) {
            MemorySegment all = row[range].segment();
            long unit = (long) Long.SIZE * Float.BYTES;
            clear(all, firstWord * unit, endWord * unit);
        }
    }

    /** Returns true if neurons read the vector itself, which must then be cleared. */
    public boolean isTaken(int range) {
        return batch == 1 && quanta[range] == 0;
    }

    private void clear(MemorySegment of, long from, long end) {
        for (long at = from; at < end; at += ZEROS) {
            MemorySegment.copy(zeros, 0, of, at, Math.min(ZEROS, end - at));
        }
    }

    /** Adds all arrivals, converts quanta to floats, and copies the currents to a sample. */
    public void close(int sample, int block) {
        arrivals[block].flush();
        for (int range = 0; range < row.length; range++) {
            int columns = row[range].columns();
            if (quanta[range] > 0) {
                int first = word(columns, block) * Long.SIZE;
                int end = word(columns, block + 1) * Long.SIZE;
                take(places[range] + first, places[range] + end, quanta[range]);
            }
            if (batch > 1) {
                MemorySegment bytes = own[block][range];
                long to = rows[range].rowOffset(sample) + (long) column(columns, block) * Float.BYTES;
                MemorySegment.copy(bytes, 0, rows[range].segment(), to, bytes.byteSize());
                clear(bytes, 0, bytes.byteSize());
            }
        }
    }

    /** Converts sums to floats and clears them; the range has multiples of 64. */
    private void take(int first, int end, float quantum) {
        if (SimdWidth.VECTOR) {
            EventsVector.take(sums, first, end, quantum, currents);
            return;
        }
        for (int i = first; i < end; i++) {
            currents.set(FLOAT, (long) i * Float.BYTES, sums[i] * quantum);
            sums[i] = 0;
        }
    }
}
