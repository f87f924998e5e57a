package dev.spikelane.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/**
 * One contestant at one work.
 *
 * @param contestant the contestant
 * @param reset restores the state before the first pass
 * @param pass does the work once
 * @param results returns the results of a pass after a reset, bit for bit equal to every other contestant's; a
 *     contestant may leave only the first results of the others, and a bound leaves none
 */
public record Entry(Contestant contestant, Runnable reset, Runnable pass, Supplier<List<MemorySegment>> results) {

    /** Creates the entry of a contestant without a state. */
    public Entry(Contestant contestant, Runnable pass, MemorySegment... results) {
        this(contestant, () -> {}, pass, () -> List.of(results));
    }

    /** Returns the entry of one contestant at a work. */
    static Entry of(Contestant contestant, List<Entry> entries, String work) {
        return entries.stream()
                .filter(entry -> entry.contestant() == contestant)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(contestant + " does not take part in '" + work + "'"));
    }
}
