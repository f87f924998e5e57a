package dev.spikelane.connection;

import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.UniformRow;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** The weights or the delays of a source's synapses: listed, equal, or drawn from a table. */
final class SynapseNumbers {

    private static final int PURPOSE = 2;

    private final Connectivity edges;
    private final boolean listed;
    private final float[] table;
    private final long seed;
    private final int shift;
    private final Bits bits = new Bits();
    private float[] row = new float[16];
    /** True if the row is filled with the common number. */
    private boolean filled;

    /** Weights and delays take separate halves of an edge's random bits, from the bit {@code shift}. */
    SynapseNumbers(Connectivity edges, Distribution declared, float[] table, long seed, int shift) {
        this.edges = edges;
        this.listed = declared.isList();
        this.table = table;
        this.seed = seed;
        this.shift = shift;
    }

    SynapseNumbers(SynapseNumbers other) {
        this.edges = other.edges;
        this.listed = other.listed;
        this.table = other.table;
        this.seed = other.seed;
        this.shift = other.shift;
    }

    /** Reads the numbers of a source's synapses. */
    void read(int neuron, int count) {
        if (row.length < count) {
            row = new float[Math.max(count, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * row.length))];
            filled = false;
        }
        if (listed) {
            for (int i = 0; i < count; i++) {
                row[i] = table[edges.place(edges.start(neuron) + i)];
            }
        } else if (table.length > 1) {
            int[] drawn = bits.draw(CounterRandom.rowKey(seed, PURPOSE, neuron), 0, count);
            for (int i = 0; i < count; i++) {
                row[i] = table[drawn[i] >>> shift & Distribution.QUANTILES - 1];
            }
        } else if (!filled) {
            Arrays.fill(row, table[0]);
            filled = true;
        }
    }

    /** Returns the only number; NaN if there are several. */
    float only() {
        for (float each : table) {
            if (each != table[0]) {
                return Float.NaN;
            }
        }
        return table[0];
    }

    /** Returns the largest magnitude. */
    float most() {
        float most = 0;
        for (float each : table) {
            most = Math.max(most, Math.abs(each));
        }
        return most;
    }

    float get(int synapse) {
        return row[synapse];
    }

    /** Random bits of a source's edges. */
    static final class Bits {

        private MemorySegment drawn = MemorySegment.NULL;
        private int[] bits = {};

        /** Draws the bits of some edges, from a multiple of 64 on. */
        int[] draw(long key, int first, int count) {
            if (bits.length < count) {
                bits = new int[Math.ceilDiv(count, Long.SIZE) * Long.SIZE];
                drawn = NativeMemory.ofAuto().allocate((long) bits.length * Integer.BYTES, Long.SIZE);
            }
            UniformRow.bits(key, drawn, first / Long.SIZE, count);
            MemorySegment.copy(drawn, ValueLayout.JAVA_INT, 0, bits, 0, count);
            return bits;
        }
    }
}
