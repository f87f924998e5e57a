package dev.spikelane.train.gradient;

/** The form of a window's inputs, which determines the memory of the window. */
public enum InputForm {
    SPIKES,
    VALUES,
    /** One frame of values or spikes for all steps. */
    FRAME,
    /** Any of these forms. Memory is planned for each of them. */
    ANY
}
