package dev.spikelane.connection;

import dev.spikelane.random.CounterRandom;

/** The weights or the delays of the synapses of a source, which are listed, equal, or drawn from a table. */
final class SynapseNumbers {

    private final Edges edges;
    private final boolean listed;
    private final float[] table;
    private final long seed;
    private final int purpose;
    private float[] row = new float[16];

    SynapseNumbers(Edges edges, Draw said, float[] table, long seed, int purpose) {
        this.edges = edges;
        this.listed = said.isList();
        this.table = table;
        this.seed = seed;
        this.purpose = purpose;
    }

    /** The same for another thread. */
    SynapseNumbers(SynapseNumbers other) {
        this.edges = other.edges;
        this.listed = other.listed;
        this.table = other.table;
        this.seed = other.seed;
        this.purpose = other.purpose;
    }

    /** Goes to the synapses of a source. */
    void read(int neuron, int count) {
        if (row.length < count) {
            row = new float[Math.max(count, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * row.length))];
        }
        long key = CounterRandom.rowKey(seed, purpose, neuron);
        for (int i = 0; i < count; i++) {
            if (listed) {
                row[i] = table[edges.place(edges.start(neuron) + i)];
            } else {
                row[i] = table[table.length == 1 ? 0 : SynapseRows.word(key, i) >>> Short.SIZE];
            }
        }
    }

    /** The greatest without its sign. */
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
}
