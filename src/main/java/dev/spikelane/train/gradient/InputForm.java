package dev.spikelane.train.gradient;

/** What the inputs of a window are, for those who want to know beforehand how much memory it needs. */
public enum InputForm {
    /** Spikes at each step. */
    SPIKES,
    /** Values at each step. */
    VALUES,
    /** One frame of values or spikes for all steps. */
    FRAME,
    /** Any of them. Memory is planned for all of them, one after the other. */
    ANY
}
