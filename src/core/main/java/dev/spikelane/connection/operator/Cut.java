package dev.spikelane.connection.operator;

/** How threads share the products of rows. */
public enum Cut {

    /** Each takes some blocks of 64 outputs of all rows, so that a core keeps its part of the weights. */
    OUTPUTS,

    /** Each takes all outputs of some rows, whole samples, which need nothing of the others. */
    ROWS
}
