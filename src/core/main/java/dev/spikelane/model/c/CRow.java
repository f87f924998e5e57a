package dev.spikelane.model.c;

/**
 * A row in a step.
 *
 * @param c an expression of its address
 * @param spikes true for a byte of 0 or 1 for each input; false for values
 */
record CRow(String c, boolean spikes) {}
