package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The layout of a connection's synapses. Synapses of a source are adjacent, in torch's order of sources; they are
 * sorted by delay, then by target in torch's order, then by edge. Separate weights have the same order as the synapses.
 *
 * @param starts offsets of the synapses of each source and delay
 * @param targets the target of each synapse, in the order of rows
 * @param drawn the initial weights: one for all synapses, or one for each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Synapses(int delays, long[] starts, MemorySegment targets, FloatMatrix drawn) {

    /** Draws the synapses twice: to count and to sort them. */
    static Synapses of(Arena arena, SparseStore store) {
        Sparse declared = store.declared();
        int[] steps = store.steps();
        int sources = store.rows().size();
        double cells = (double) sources * steps.length + 1;
        boolean own = store.hasOwn();
        SynapseRows rows = declared.synapses(store.rows());
        int bytes = Integer.BYTES + (own ? Float.BYTES : 0);
        new SynapseMemory(rows.expected(), rows.expected() * bytes, cells, cells * Long.BYTES, cells)
                .require(declared.toString(), true);
        long[] starts = new long[(int) cells];
        for (int from = 0; from < sources; from++) {
            int count = rows.read(from);
            for (int i = 0; i < count; i++) {
                starts[from * steps.length + Arrays.binarySearch(steps, rows.delay(i)) + 1]++;
            }
        }
        for (int i = 1; i < starts.length; i++) {
            starts[i] += starts[i - 1];
        }
        long count = starts[starts.length - 1];
        FloatMatrix drawn = FloatMatrix.zeros(arena, 1, own ? declared.count(store.rows()) : 1);
        MemorySegment targets = arena.allocate(Math.max(1, count) * Integer.BYTES, Integer.BYTES);
        Synapses synapses = new Synapses(steps.length, starts, targets, drawn);
        synapses.sort(rows, store.made(), own);
        return synapses;
    }

    private void sort(SynapseRows rows, Shape made, boolean own) {
        for (int from = 0; from < sources(); from++) {
            rows.read(from);
            long at = first(from, 0);
            for (int synapse : rows.order()) {
                targets.setAtIndex(ValueLayout.JAVA_INT, at, SparseStore.inside(made, rows.target(synapse)));
                if (own) {
                    drawn.set(0, (int) at, rows.weight(synapse));
                }
                at++;
            }
        }
    }

    int delayOf(int synapse) {
        int at = Arrays.binarySearch(starts, synapse);
        if (at < 0) {
            at = -at - 2;
        }
        while (starts[at + 1] <= synapse) {
            at++; // cells may be empty
        }
        return at % delays;
    }

    int sources() {
        return (starts.length - 1) / delays;
    }

    /** Returns the first synapse of a source and a delay, given by its index. */
    public long first(int source, int delay) {
        return starts[source * delays + delay];
    }

    /** Returns the index after the last synapse of a source and a delay. */
    public long end(int source, int delay) {
        return starts[source * delays + delay + 1];
    }

    /** Returns the place of a synapse's target in a row. */
    public int target(long synapse) {
        return targets.get(ValueLayout.JAVA_INT_UNALIGNED, synapse * Integer.BYTES);
    }

    /** Lists adjacent synapses and their targets. */
    public void list(int first, int count, int[] numbers, int[] of, int from) {
        Checks.isNative(targets);
        for (int i = 0; i < count; i++) {
            numbers[from + i] = first + i;
            of[from + i] = targets.get(ValueLayout.JAVA_INT_UNALIGNED, (long) (first + i) * Integer.BYTES);
        }
    }

    public long count() {
        return starts[starts.length - 1];
    }
}
