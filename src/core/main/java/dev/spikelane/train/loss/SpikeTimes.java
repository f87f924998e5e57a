package dev.spikelane.train.loss;

/**
 * The steps at which outputs fire for the first time, the second, and so on; where they do not, it is the last step.
 */
sealed interface SpikeTimes permits OwnSpikeTimes, SharedSpikeTimes {

    /** Reads samples before they are asked for. */
    void prepare(LossRows input, int first, int end);

    /** Goes to a sample. */
    void find(LossRows input, int sample);

    /** The step of a spike of the sample. */
    int get(int spike, int output);
}
