/**
 * Rules of plasticity that run in a simulation. Spikes of a projection's source and target enter, and its weights
 * change after each step. Read {@link dev.spikelane.engine.plastic.RuleRun} first.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.plastic;
