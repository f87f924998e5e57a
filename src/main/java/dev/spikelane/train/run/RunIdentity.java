package dev.spikelane.train.run;

import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * What a run is, so that only the same run goes on from a checkpoint.
 *
 * @param recipe texts by their names
 * @param rate the learning rate of each step
 */
public record RunIdentity(Map<String, String> recipe, LongToDoubleFunction rate) {}
