package dev.spikelane.engine.signal;

/**
 * The sizes of a run.
 *
 * @param steps steps of a block, a whole window in training
 * @param batch samples
 * @param planned samples for which memory is laid out if threads take a few at a time; fewer run in a memory forecast
 * @param segment steps whose currents are in memory at a time
 * @param turn steps that a thread takes at a time through several operators, or in the backward pass
 * @param threads threads that share the work
 */
public record RunSize(int steps, int batch, int planned, int segment, int turn, int threads) {

    /**
     * Rows that a thread takes at a time through several operators, or whose gradients it gathers. Operators read
     * weights once for all of them; with 256 neurons they are 256 KB.
     */
    public static final int ROWS_IN_TURN = 256;

    /**
     * Factor by which turns of the forward pass are longer: products prepare spikes of as many rows at a time, and
     * their currents of a block of neurons are as large.
     */
    private static final int FORWARD = 4;

    /** Returns the sizes of a forward run, which computes all steps of a block at a time. */
    public static RunSize forward(int steps, int batch, int threads) {
        return new RunSize(steps, batch, batch, steps, Math.clamp(ROWS_IN_TURN / batch, 1, steps), threads);
    }

    /**
     * Returns the number of steps whose currents a thread computes before neurons read them, if they are kept and it
     * can.
     */
    public int forwardTurn() {
        return (int) Math.min((long) FORWARD * turn, segment);
    }

    /** Returns the most rows whose currents are in memory at a time. */
    public int segmentRows() {
        return segment * batch;
    }

    /** Returns the index of a step in its segment. */
    public int inSegment(int step) {
        return step % segment;
    }

    /** Returns the number of segments of a block. */
    public int segments() {
        return Math.ceilDiv(steps, segment);
    }
}
