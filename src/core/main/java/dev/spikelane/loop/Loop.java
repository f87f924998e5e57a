package dev.spikelane.loop;

/** Runs a {@link Program}. Threads may share it. */
public interface Loop {

    /**
     * Runs groups of steps for all samples and the words of the frame. The padding after the last neuron is computed
     * like neurons.
     *
     * @param row the first row of the first step
     * @param groups number of groups, each of the program's steps
     * @param delta rows from the first of a group to the first of the next; negative to run backward
     */
    void run(Frame frame, int row, int groups, int delta);
}
