package dev.spikelane.connection.operator;

/**
 * Work that threads share in rounds: the parts of a round may run at the same time, and all of them are done before the
 * next round begins. A result of all parts of a round, such as a sum of theirs, is computed by the one
 * thread that opens the next.
 */
public interface Rounds {

    /**
     * Ends the round before, and opens the next; one thread calls it while no part runs.
     *
     * @return parts of that round; 0 if all is done
     */
    default int parts() {
        return 0;
    }

    /**
     * Does a part of the round.
     *
     * @param part of {@link #parts}
     * @param thread which of the threads does it, from 0
     */
    default void run(int part, int thread) {}
}
