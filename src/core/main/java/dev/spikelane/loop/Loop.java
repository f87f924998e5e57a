package dev.spikelane.loop;

/** Runs a {@link Program}; threads may share it. */
public interface Loop {

    /**
     * Runs groups of steps, each of all samples and of the words of the frame. Rows behind the last neuron, up to whole
     * words, get what the program makes of zeros.
     *
     * @param row the first row of the first step
     * @param groups how many times the program's steps
     * @param delta rows from the first of a group to the first of the next; negative backward
     */
    void run(Frame frame, int row, int groups, int delta);
}
