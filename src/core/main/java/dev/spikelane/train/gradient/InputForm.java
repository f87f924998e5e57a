package dev.spikelane.train.gradient;

/** The form of a window's inputs, on which the memory of the window depends. */
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
