package dev.spikelane.train.gradient;

/**
 * What is dropped of what a projection carries.
 *
 * @param probability that it is dropped
 * @param channels whether all positions of a channel are dropped together, else each element by itself
 */
public record Dropout(double probability, boolean channels) {}
