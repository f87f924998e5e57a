package dev.spikelane.train.loss;

/** The source of membrane targets. */
public enum TargetSource {
    SAMPLE_LABELS,
    STEP_LABELS,
    NUMBERS
}
