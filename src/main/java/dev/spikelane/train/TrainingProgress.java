package dev.spikelane.train;

/** Where a {@link TrainingRun} stands. */
public final class TrainingProgress {

    private final RunState state;
    private final int batches;
    private final long samplesOfEpoch;
    private final boolean decodes;

    TrainingProgress(RunState state, int batches, long samplesOfEpoch, boolean decodes) {
        this.state = state;
        this.batches = batches;
        this.samplesOfEpoch = samplesOfEpoch;
        this.decodes = decodes;
    }

    /**
     * Returns the epoch.
     *
     * @return its number, from 1
     */
    public int epoch() {
        return state.epoch + 1;
    }

    /**
     * Returns how many batches of the epoch are done.
     *
     * @return batches, at least 1
     */
    public int batch() {
        return state.batch;
    }

    /**
     * Returns how many batches the epoch has.
     *
     * @return batches
     */
    public int batches() {
        return batches;
    }

    /**
     * Returns how many samples of the epoch are done.
     *
     * @return samples
     */
    public long samples() {
        return state.samples;
    }

    /**
     * Returns how many samples the epoch has.
     *
     * @return samples
     */
    public long samplesOfEpoch() {
        return samplesOfEpoch;
    }

    /**
     * Returns the loss of the last batch.
     *
     * @return the loss before its change
     */
    public double lastLoss() {
        return state.lastLoss;
    }

    /**
     * Returns the mean loss of the epoch so far.
     *
     * @return the mean over samples
     */
    public double loss() {
        return state.meanLoss();
    }

    /**
     * Returns the share of samples of the epoch that were right so far.
     *
     * @return from 0 to 1; NaN if outputs are not classes
     */
    public double accuracy() {
        return decodes ? state.accuracy() : Double.NaN;
    }

    /**
     * Returns the speed.
     *
     * @return samples of the epoch in a second
     */
    public double samplesPerSecond() {
        return state.samples / (state.nanoseconds * 1e-9);
    }
}
