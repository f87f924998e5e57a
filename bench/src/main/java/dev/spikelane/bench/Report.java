package dev.spikelane.bench;

import java.util.List;
import java.util.Map;

/**
 * All that a full run found.
 *
 * @param facts about machine, JVM and contestants, a sentence each
 * @param command what the user typed
 * @param measured by name of the work, in the order of measuring
 * @param withoutFlags nanoseconds of the library in a JVM without native access, by name of the work
 */
record Report(
        List<String> facts, String command, Map<String, Measurement> measured, Map<String, Double> withoutFlags) {}
