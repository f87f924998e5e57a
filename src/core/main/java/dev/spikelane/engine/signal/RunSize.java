package dev.spikelane.engine.signal;

/**
 * The sizes of a run.
 *
 * @param steps steps of a block, a whole window in training
 * @param batch samples
 * @param planned samples that room is made for where threads take a few at a time: fewer run where memory is foretold
 * @param segment steps whose currents are there at a time
 * @param turn steps that a thread takes at a time through several operators, or back
 * @param threads threads that share the work
 */
public record RunSize(int steps, int batch, int planned, int segment, int turn, int threads) {

    /**
     * Rows that a thread takes through several operators, or whose gradients it gathers, at a time: operators read
     * weights once for all of them, and with 256 neurons they are 256 KB.
     */
    public static final int ROWS_IN_TURN = 256;

    /**
     * Turns of the way forward are so many times as long: as many rows as products prepare spikes of at a time, and
     * their currents of a block of neurons are as much.
     */
    private static final int FORWARD = 4;

    /** A run that goes forward only, all steps of a block at a time. */
    public static RunSize forward(int steps, int batch, int threads) {
        return new RunSize(steps, batch, batch, steps, Math.clamp(ROWS_IN_TURN / batch, 1, steps), threads);
    }

    /** Steps whose currents a thread makes, where they are kept and it can, before neurons take them. */
    public int forwardTurn() {
        return (int) Math.min((long) FORWARD * turn, segment);
    }

    /** The most rows whose currents are there at a time. */
    public int segmentRows() {
        return segment * batch;
    }

    /** Returns the place of a step in its segment. */
    public int inSegment(int step) {
        return step % segment;
    }

    /** How many segments a block has. */
    public int segments() {
        return Math.ceilDiv(steps, segment);
    }
}
