/**
 * Runs networks: {@link dev.spikelane.engine.LaidOutNetwork} is a description laid out in memory,
 * {@link dev.spikelane.engine.NetworkRun} a network at work. Not exported: simulations and trainers are its fronts.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine;
