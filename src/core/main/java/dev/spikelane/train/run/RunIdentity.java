package dev.spikelane.train.run;

import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * The identity of a run: a checkpoint continues only in an identical run.
 *
 * @param recipe texts by name
 * @param rate the learning rate of each step
 */
public record RunIdentity(Map<String, String> recipe, LongToDoubleFunction rate) {}
