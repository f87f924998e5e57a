package dev.spikelane.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One contestant at one work.
 *
 * @param contestant who it is
 * @param reset goes back to the state before the first pass
 * @param pass does the work once
 * @param results what a pass after a reset must leave with the same bits as any other contestant; empty for the roofline
 */
public record Entry(Contestant contestant, Runnable reset, Runnable pass, List<MemorySegment> results) {

    /** A contestant without a state. */
    public Entry(Contestant contestant, Runnable pass, MemorySegment... results) {
        this(contestant, () -> {}, pass, List.of(results));
    }
}
