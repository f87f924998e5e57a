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

    int segments() {
        return Math.ceilDiv(steps, segment);
    }
}
