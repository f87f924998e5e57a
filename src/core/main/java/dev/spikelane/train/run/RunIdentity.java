package dev.spikelane.train.run;

import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * The identity of a run: only the same run goes on from a checkpoint.
 *
 * @param recipe texts by their names
 * @param rate the learning rate of each step
 */
public record RunIdentity(Map<String, String> recipe, LongToDoubleFunction rate) {}
