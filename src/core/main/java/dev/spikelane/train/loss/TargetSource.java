package dev.spikelane.train.loss;

/** Where the targets of membranes come from. */
public enum TargetSource {
    SAMPLE_LABELS,
    STEP_LABELS,
    NUMBERS
}
