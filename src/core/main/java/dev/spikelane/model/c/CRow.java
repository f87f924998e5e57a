package dev.spikelane.model.c;

/**
 * A row in a step.
 *
 * @param c an expression for its address
 * @param spikes true for a byte for each input, 1 if it fires; false for values
 */
record CRow(String c, boolean spikes) {}
