package dev.spikelane.bench;

import java.util.List;

/**
 * One thing to compute, and all who compute it: a line of the {@link Table}.
 *
 * @param name what is computed
 * @param operations how many of what is named one pass computes; times are divided by it
 * @param entries at most one for each contestant
 */
public record Work(String name, int operations, List<Entry> entries) {

    /** A work that a pass does once. */
    public Work(String name, List<Entry> entries) {
        this(name, 1, entries);
    }
}
