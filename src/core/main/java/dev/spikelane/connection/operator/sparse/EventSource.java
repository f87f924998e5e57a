package dev.spikelane.connection.operator.sparse;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The spikes of a source in the last steps, as lists, and the synapses that they reach. Each block has lists of its
 * own, so that threads need not meet between lists and currents.
 */
public final class EventSource {

    private static final int FEW = 8;
    private static final int[] NONE = {};

    /** Between the counts of two threads, so that they have cache lines of their own. */
    private static final int APART = 64;

    private EventLists lists;
    private final int batch;
    private final int steps;
    /** For each block, step of the ring and sample the inputs that fired, and how many. */
    private final int[][][] fired;

    private final int[][] counts;
    /** For each block the room of its longest list, which others get when they grow: soon none does any more. */
    private final int[] room;

    private final boolean[] values;
    /** What each block draws synapses with that are not laid out. */
    private SynapseReader[][] readers;

    /** Keeps the spikes of as many steps as synapses delay them. */
    public EventSource(EventLists lists, int batch, int blocks) {
        this.lists = lists;
        this.batch = batch;
        this.steps = Math.max(1, Integer.highestOneBit(longest()) << 1); // a power of two above it
        this.fired = new int[blocks][steps * batch][];
        for (int[][] each : fired) {
            Arrays.fill(each, NONE);
        }
        this.counts = new int[blocks][steps * batch + APART];
        this.room = new int[blocks];
        Arrays.fill(room, FEW);
        this.readers = lists.ofRun(blocks);
        this.values = new boolean[blocks];
    }

    /** The synapses. */
    public EventLists lists() {
        return lists;
    }

    /** Takes other synapses, with the same delays. */
    public void lists(EventLists next) {
        lists = next;
        readers = next.ofRun(readers.length);
    }

    /** The longest delay. */
    public int longest() {
        return lists.delays()[lists.delays().length - 1];
    }

    private int slot(long step, int sample) {
        return ((int) step & steps - 1) * batch + sample;
    }

    /** Takes the spikes of a step, from the first row on; values are looked at when they arrive. */
    public void take(long step, Signal rows, int block) {
        if (!(rows instanceof SpikeMatrix spikes)) {
            values[block] = true;
            return;
        }
        MemorySegment bits = spikes.segment();
        int words = Math.ceilDiv(spikes.columns(), Long.SIZE);
        for (int sample = 0; sample < batch; sample++) {
            int slot = slot(step, sample);
            int[] list = fired[block][slot];
            int count = 0;
            long row = spikes.rowOffset(sample);
            for (int word = 0; word < words; word++) {
                long left = bits.get(ValueLayout.JAVA_LONG_UNALIGNED, row + (long) word * Long.BYTES);
                for (; left != 0; left &= left - 1) {
                    if (count == list.length) {
                        room[block] = Math.max(room[block], 2 * count);
                        list = Arrays.copyOf(list, room[block]);
                        fired[block][slot] = list;
                    }
                    list[count++] = word * Long.SIZE + Long.numberOfTrailingZeros(left);
                }
            }
            counts[block][slot] = count;
        }
    }

    /** Whether values have been seen in place of spikes. */
    public boolean hasValues(int block) {
        return values[block];
    }

    /** Adds what arrives after a delay, by its number, for a sample. */
    public void deliver(long step, int delay, int sample, int block, EventVector vector) {
        int slot = slot(step - lists.delays()[delay], sample);
        lists.deliver(fired[block][slot], counts[block][slot], delay, block, readers[block], vector);
    }

    /** Adds values that arrive after a delay, by its number, for a sample. */
    public void deliver(FloatMatrix rows, int delay, int sample, int block, EventVector vector) {
        for (int i = 0; i < rows.columns(); i++) {
            float value = rows.get(sample, i);
            if (value != 0) {
                lists.deliver(i, value, delay, block, readers[block], vector);
            }
        }
    }
}
