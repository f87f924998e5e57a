package dev.spikelane.connection.operator;

/**
 * Work in rounds. Threads share the parts of a round, which ends before the next one begins. The thread that opens the
 * next round computes results of all parts, such as their sum.
 */
public interface Rounds {

    /**
     * Ends the previous round and opens the next one, while no part runs; returns its number of parts, 0 if the work is
     * done.
     */
    default int parts() {
        return 0;
    }

    /** Does a part of the round, from 0, below {@link #parts}. */
    default void run(int part, int thread) {}
}
