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
 * Where the synapses of a connection stand: those of a source together, in torch's order of sources, sorted by delay,
 * then by the target in torch's order, then in the order of edges. Weights of their own stand in the same order.
 *
 * @param starts where the synapses of each source and delay start
 * @param targets the target of each synapse, in the order of rows
 * @param drawn the weights at the start: one for all synapses, or one for each
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares these
public record Synapses(int delays, long[] starts, MemorySegment targets, FloatMatrix drawn) {

    /** Draws synapses twice, to count and to sort them. */
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

    /** The number of the delay of a synapse. */
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

    /** Where the synapses of a source and of a delay, by its number, start. */
    public long first(int source, int delay) {
        return starts[source * delays + delay];
    }

    /** Where they end. */
    public long end(int source, int delay) {
        return starts[source * delays + delay + 1];
    }

    /** The place of the target of a synapse in a row. */
    public int target(long synapse) {
        return targets.get(ValueLayout.JAVA_INT_UNALIGNED, synapse * Integer.BYTES);
    }

    /** Lists some synapses, side by side, and their targets. */
    public void list(int first, int count, int[] numbers, int[] of, int from) {
        Checks.isNative(targets);
        for (int i = 0; i < count; i++) {
            numbers[from + i] = first + i;
            of[from + i] = targets.get(ValueLayout.JAVA_INT_UNALIGNED, (long) (first + i) * Integer.BYTES);
        }
    }

    /** How many there are. */
    public long count() {
        return starts[starts.length - 1];
    }
}
