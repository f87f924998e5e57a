package dev.spikelane.train;

/** Is told how a {@link TrainingRun} goes on. It sees losses only, and costs training nothing. */
public interface TrainingObserver {

    /**
     * Called after each batch.
     *
     * @param progress where the run stands; the object is used again
     */
    default void step(TrainingProgress progress) {}

    /**
     * Called after each epoch, when it was validated and before it is saved.
     *
     * @param result what it came to
     */
    default void epoch(EpochResult result) {}

    /**
     * Called when something should be known that is no failure, such as a decoding that is not the one that is trained.
     *
     * @param text a sentence
     */
    default void notice(String text) {}
}
