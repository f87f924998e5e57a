package dev.spikelane.connection.operator.sparse;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The spikes of a source in the last steps, as lists, and the synapses they reach. Each block has its own lists, so
 * that threads need no barrier between lists and currents.
 */
public final class EventSource {

    private static final int FEW = 8;
    private static final int[] NONE = {};

    /** Distance between the counts of two threads, so that they are in different cache lines. */
    private static final int APART = 64;

    private EventLists lists;
    private final int batch;
    private final int steps;
    /** The active inputs, for each block, step of the ring and sample, and their number. */
    private final int[][][] fired;

    private final int[][] counts;
    /** Longest list of each block. Other lists grow to this length, so that growth soon ends. */
    private final int[] room;

    private final boolean[] values;
    private SynapseReader[][] readers;

    public EventSource(EventLists lists, int batch, int blocks) {
        this.lists = lists;
        this.batch = batch;
        this.steps = Math.max(1, Integer.highestOneBit(longest()) << 1); // the next larger power of two
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

    public EventLists lists() {
        return lists;
    }

    public void lists(EventLists next) {
        lists = next;
        readers = next.ofRun(readers.length);
    }

    public int longest() {
        return lists.delays()[lists.delays().length - 1];
    }

    private int slot(long step, int sample) {
        return ((int) step & steps - 1) * batch + sample;
    }

    /** Lists the spikes of a step, from the first row on; values are read when they arrive. */
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

    public boolean hasValues(int block) {
        return values[block];
    }

    /** Adds the arrivals of a sample with a delay, given by its index. */
    public void deliver(long step, int delay, int sample, int block, EventVector vector) {
        int slot = slot(step - lists.delays()[delay], sample);
        lists.deliver(fired[block][slot], counts[block][slot], delay, block, readers[block], vector);
    }

    /** Adds values of a sample that arrive with a delay, given by its index. */
    public void deliver(FloatMatrix rows, int delay, int sample, int block, EventVector vector) {
        for (int i = 0; i < rows.columns(); i++) {
            float value = rows.get(sample, i);
            if (value != 0) {
                lists.deliver(i, value, delay, block, readers[block], vector);
            }
        }
    }
}
