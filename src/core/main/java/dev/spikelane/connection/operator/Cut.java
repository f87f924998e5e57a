package dev.spikelane.connection.operator;

/** The cut of a product between threads. */
public enum Cut {

    /** Each thread computes some blocks of 64 outputs of all rows, so that a core keeps its part of the weights. */
    OUTPUTS,

    /** Each thread computes all outputs of some rows: whole samples, independent of other samples. */
    ROWS
}
