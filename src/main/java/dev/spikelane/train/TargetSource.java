package dev.spikelane.train;

/** Where the targets of membranes come from. */
enum TargetSource {
    SAMPLE_LABELS,
    STEP_LABELS,
    NUMBERS
}
