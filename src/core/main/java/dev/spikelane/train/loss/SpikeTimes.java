package dev.spikelane.train.loss;

/** The steps of each output's first spike, second spike, and so on; the last step for a missing spike. */
sealed interface SpikeTimes permits OwnSpikeTimes, SharedSpikeTimes {

    /** Reads samples before {@link #find}. */
    void prepare(LossRows input, int first, int end);

    void find(LossRows input, int sample);

    int get(int spike, int output);
}
