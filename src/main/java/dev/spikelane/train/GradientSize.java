package dev.spikelane.train;

/**
 * The sizes of a window.
 *
 * @param steps steps of the window
 * @param batch samples
 * @param segment steps whose currents are kept at a time
 * @param rowsInTurn rows whose gradients a thread gathers at a time, where a step has no more
 * @param threads threads that share the work
 */
record GradientSize(int steps, int batch, int segment, int rowsInTurn, int threads) {

    /** Turns of the way forward are so many times as long. */
    private static final int FORWARD = 4;

    /** Steps whose gradients a thread gathers at a time. */
    int turn() {
        return Math.clamp(rowsInTurn / batch, 1, segment);
    }

    /** Steps whose currents a thread makes, where it can, before neurons take them. */
    int forwardTurn() {
        return Math.clamp((long) FORWARD * rowsInTurn / batch, 1, segment);
    }

    int segments() {
        return Math.ceilDiv(steps, segment);
    }
}
