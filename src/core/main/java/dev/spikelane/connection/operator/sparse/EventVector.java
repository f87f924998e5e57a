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
 * The currents of all ports of a component that synapses enter: one vector, for a sample at a time, with a range for
 * each port. Threads have blocks of every range, so that each has its share of the work.
 */
public final class EventVector {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Gives out a segment piece by piece. */
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
            taken += size; // rows begin where lines of the cache do, also those of whole pages
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

    /** Zeros are copied from a few that stay in the L1 cache: to fill takes three times as long (JDK 25, 2026-11). */
    private static final long ZEROS = 4096;

    private final MemorySegment zeros;
    private final int blocks;
    private final int batch;
    private final MemorySegment currents;
    /** For each range a row, which is in the vector, and what neurons take, which is the same for a single sample. */
    private final FloatMatrix[] row;

    private final FloatMatrix[] rows;
    private final float[] quanta;
    private final int[] places;
    /** Sums of whole quanta, which become floats in the vector when a step is complete. */
    private final int[] sums;

    private final Arrivals[] arrivals;
    /** For each block the bytes of each range. */
    private final MemorySegment[][] own;

    /**
     * Makes room.
     *
     * @param columns of each range
     * @param quanta of sums of whole quanta of each range; 0 for floats
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

    /** The first 64 neurons, in units of 64, that a block has of so many. */
    public int word(int columns, int block) {
        return (int) ((long) Math.ceilDiv(columns, Long.SIZE) * block / blocks);
    }

    private int column(int columns, int block) {
        return Math.min(columns, word(columns, block) * Long.SIZE);
    }

    /** Behind the last column of a range in each block. */
    public int[] ends(int range) {
        int[] ends = new int[blocks];
        for (int block = 0; block < blocks; block++) {
            ends[block] = column(row[range].columns(), block + 1);
        }
        return ends;
    }

    /** Where a range starts. */
    public int place(int range) {
        return places[range];
    }

    /** The currents of all samples in a range. */
    public FloatMatrix rows(int range) {
        return rows[range];
    }

    /** Blocks of targets. */
    public int blocks() {
        return blocks;
    }

    /** What arrives at a block. */
    Arrivals arrivals(int block) {
        return arrivals[block];
    }

    /** Adds quanta at a place. */
    void add(int place, int count) {
        sums[place] += count;
    }

    /** Adds a weight at a place. */
    void addWeight(int place, float weight) {
        long at = (long) place * Float.BYTES;
        currents.set(FLOAT, at, currents.get(FLOAT, at) + weight);
    }

    /** Adds a value times a weight at a place. */
    void add(int place, float value, float weight) {
        long at = (long) place * Float.BYTES;
        currents.set(FLOAT, at, ZeroInputs.fma(value, weight, currents.get(FLOAT, at)));
    }

    /** Makes a block zero. */
    public void clear(int block) {
        for (MemorySegment each : own[block]) {
            clear(each, 0, each.byteSize());
        }
    }

    /** Makes some neurons of a range zero, in units of 64, when they have taken what the vector itself has for them. */
    public void clear(int range, int firstWord, int endWord) {
        if (isTaken(range)) {
            MemorySegment all = row[range].segment();
            long unit = (long) Long.SIZE * Float.BYTES;
            clear(all, firstWord * unit, endWord * unit);
        }
    }

    /** Whether neurons take from the vector itself, which is to be zero again. */
    public boolean isTaken(int range) {
        return batch == 1 && quanta[range] == 0;
    }

    private void clear(MemorySegment of, long from, long end) {
        for (long at = from; at < end; at += ZEROS) {
            MemorySegment.copy(zeros, 0, of, at, Math.min(ZEROS, end - at));
        }
    }

    /** Adds all that has arrived, makes floats of whole quanta, and gives a sample its currents. */
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

    /** Makes floats of sums, which become 0; from a multiple of 64 to another one. */
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
