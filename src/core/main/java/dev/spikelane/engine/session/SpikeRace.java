package dev.spikelane.engine.session;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Counts of the spikes of classes, sample by sample, and whether those in the lead can still be caught up with. */
public final class SpikeRace {

    private final int steps;
    private final int margin;
    private final int classes;
    private final int outputsOfClass;
    private final int[] counts;

    /**
     * Starts at zero.
     *
     * @param steps of a whole run
     * @param margin lead in spikes that decides
     * @param classes the classes that the outputs stand for; 0: each is one
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

    /** Starts anew. */
    public void clear() {
        Arrays.fill(counts, 0);
    }

    /** Adds the spikes of a step, which stand in a row; counts stop at the largest number. */
    public void add(SpikeMatrix spikes, int row, int sample) {
        for (int output = spikes.next(row, 0); output >= 0; output = spikes.next(row, output + 1)) {
            int place = sample * classes + output / outputsOfClass;
            counts[place] += counts[place] < Integer.MAX_VALUE ? 1 : 0;
        }
    }

    /** Returns the classes. */
    public int classes() {
        return classes;
    }

    /** Takes the counts of a race of one sample out of memory. */
    public void read(MemorySegment from, long at) {
        MemorySegment.copy(from, JAVA_INT, at, counts, 0, classes);
    }

    /** Puts the counts of a race of one sample into memory. */
    public void write(MemorySegment to, long at) {
        MemorySegment.copy(counts, 0, to, JAVA_INT, at, classes);
    }

    /** The class with the largest count, the lowest of equal ones. */
    public int leader(int sample) {
        int first = sample * classes;
        int leader = 0;
        for (int i = 1; i < classes; i++) {
            leader = counts[first + i] > counts[first + leader] ? i : leader;
        }
        return leader;
    }

    /** Whether the rule decides for the leader after so many steps. */
    public boolean isOver(int sample, int leader, long done) {
        int first = sample * classes;
        long catchUp = (steps - done) * outputsOfClass;
        boolean sure = true;
        int second = 0;
        for (int i = 0; i < classes; i++) {
            if (i != leader) {
                int lead = counts[first + leader] - counts[first + i];
                // Of equal counts the lower class wins.
                sure &= i < leader ? lead > catchUp : lead >= catchUp;
                second = Math.max(second, counts[first + i]);
            }
        }
        return sure || counts[first + leader] - second >= margin;
    }
}
