package dev.spikelane.engine.session;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Counts of the spikes of classes, sample by sample. Decides if another class can still overtake the leader. */
public final class SpikeRace {

    private final int steps;
    private final int margin;
    private final int classes;
    private final int outputsOfClass;
    private final int[] counts;

    /**
     * Creates a race with counts of zero.
     *
     * @param steps steps of a whole run
     * @param margin lead in spikes that decides
     * @param classes the number of classes that the outputs represent; 0: each output is one
     */
    public SpikeRace(int steps, int margin, int classes, int batch, int outputs) {
        this.classes = classes == 0 ? outputs : classes;
        if (outputs % this.classes != 0) {
            throw new IllegalArgumentException(
                    outputs + " outputs, expected a multiple of " + classes + ", the classes of the rule");
        }
        this.steps = steps;
        this.margin = margin;
        this.outputsOfClass = outputs / this.classes;
        this.counts = new int[Math.multiplyExact(batch, this.classes)];
    }

    /** Sets all counts to zero. */
    public void clear() {
        Arrays.fill(counts, 0);
    }

    /** Adds the spikes of a step, from one row; counts stop at the largest number. */
    public void add(SpikeMatrix spikes, int row, int sample) {
        for (int output = spikes.next(row, 0); output >= 0; output = spikes.next(row, output + 1)) {
            int place = sample * classes + output / outputsOfClass;
            counts[place] += counts[place] < Integer.MAX_VALUE ? 1 : 0;
        }
    }

    /** Returns the number of classes. */
    public int classes() {
        return classes;
    }

    /** Reads the counts of a race of one sample from memory. */
    public void read(MemorySegment from, long at) {
        MemorySegment.copy(from, JAVA_INT, at, counts, 0, classes);
    }

    /** Writes the counts of a race of one sample to memory. */
    public void write(MemorySegment to, long at) {
        MemorySegment.copy(counts, 0, to, JAVA_INT, at, classes);
    }

    /** Returns the class with the largest count; the lowest class if counts are equal. */
    public int leader(int sample) {
        int first = sample * classes;
        int leader = 0;
        for (int i = 1; i < classes; i++) {
            leader = counts[first + i] > counts[first + leader] ? i : leader;
        }
        return leader;
    }

    /** Returns true if the rule decides for the leader after this number of steps. */
    public boolean isOver(int sample, int leader, long done) {
        int first = sample * classes;
        long catchUp = (steps - done) * outputsOfClass;
        boolean sure = true;
        int second = 0;
        for (int i = 0; i < classes; i++) {
            if (i != leader) {
                int lead = counts[first + leader] - counts[first + i];
                // If counts are equal, the lower class wins.
                sure &= i < leader ? lead > catchUp : lead >= catchUp;
                second = Math.max(second, counts[first + i]);
            }
        }
        return sure || counts[first + leader] - second >= margin;
    }
}
