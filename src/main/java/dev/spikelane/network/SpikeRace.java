package dev.spikelane.network;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Counts of the spikes of classes, sample by sample, and whether those in the lead can still be caught up with. */
final class SpikeRace {

    private final EarlyDecision rule;
    private final int classes;
    private final int outputsOfClass;
    private final int[] counts;

    /** Starts at zero. */
    SpikeRace(EarlyDecision rule, int batch, int outputs) {
        this.classes = rule.classes() == 0 ? outputs : rule.classes();
        if (outputs % classes != 0) {
            throw new IllegalArgumentException(
                    outputs + " outputs, expected a multiple of " + classes + ", the classes of the rule");
        }
        this.rule = rule;
        this.outputsOfClass = outputs / classes;
        this.counts = new int[Math.multiplyExact(batch, classes)];
    }

    void clear() {
        Arrays.fill(counts, 0);
    }

    /** Adds the spikes of a step, which stand in a row. */
    void add(SpikeMatrix spikes, int row, int sample) {
        for (int output = spikes.next(row, 0); output >= 0; output = spikes.next(row, output + 1)) {
            counts[sample * classes + output / outputsOfClass]++;
        }
    }

    int classes() {
        return classes;
    }

    /** Takes the counts of a race of one sample out of memory. */
    void read(MemorySegment from, long at) {
        MemorySegment.copy(from, JAVA_INT, at, counts, 0, classes);
    }

    /** Puts the counts of a race of one sample into memory. */
    void write(MemorySegment to, long at) {
        MemorySegment.copy(counts, 0, to, JAVA_INT, at, classes);
    }

    /** The class with the largest count, the lowest of equal ones. */
    int leader(int sample) {
        int first = sample * classes;
        int leader = 0;
        for (int i = 1; i < classes; i++) {
            leader = counts[first + i] > counts[first + leader] ? i : leader;
        }
        return leader;
    }

    /** Whether the rule decides for the leader after so many steps. */
    boolean isOver(int sample, int leader, long done) {
        int first = sample * classes;
        long catchUp = (rule.steps() - done) * outputsOfClass;
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
        return sure || counts[first + leader] - second >= rule.margin();
    }
}
