package dev.spikelane.model.c;

/**
 * A row in a step.
 *
 * @param c an expression for its address
 * @param spikes whether it is a byte for each input, 1 where it fires, not values
 */
record CRow(String c, boolean spikes) {}
