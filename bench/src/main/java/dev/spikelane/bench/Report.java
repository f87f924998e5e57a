package dev.spikelane.bench;

import java.util.List;
import java.util.Map;

/**
 * The results of a full run.
 *
 * @param facts facts about machine, JVM and contestants, a sentence each
 * @param command the command line of the user
 * @param measured measurements by name of the work, in the order of measuring
 * @param withoutFlags nanoseconds of the library in a JVM without native access, by name of the work
 */
record Report(
        List<String> facts, String command, Map<String, Measurement> measured, Map<String, Double> withoutFlags) {}
