package dev.spikelane.train;

/**
 * The sizes of a window.
 *
 * @param steps steps of the window
 * @param batch samples
 * @param segment steps whose currents are kept at a time
 * @param turn steps whose gradients a thread gathers at a time
 * @param threads threads that share the work
 */
record GradientSize(int steps, int batch, int segment, int turn, int threads) {

    /** Turns of the way forward are so many times as long. */
    private static final int FORWARD = 4;

    /** Steps whose currents a thread makes, where it can, before neurons take them. */
    int forwardTurn() {
        return (int) Math.min((long) FORWARD * turn, segment);
    }

    int segments() {
        return Math.ceilDiv(steps, segment);
    }
}
