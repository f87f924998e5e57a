/**
 * Runs networks. {@link dev.spikelane.engine.LaidOutNetwork} is a description laid out in memory, and {@link
 * dev.spikelane.engine.NetworkRun} a network that runs: it takes input rows and produces spikes. Read these two first.
 * The package is not exported; simulations and trainers use it.
 *
 * <p>Populations without a loop run in {@link dev.spikelane.engine.TileRun tiles}, populations of a loop in {@link
 * dev.spikelane.engine.LoopRun blocks of steps}, and populations after sparse projections by {@link
 * dev.spikelane.engine.EventRun events}. Weights of plastic projections change while a simulation runs, so each run has
 * its own {@link dev.spikelane.engine.PlasticValues}.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine;
