/**
 * Runs networks: {@link dev.spikelane.engine.LaidOutNetwork} is a description laid out in memory,
 * {@link dev.spikelane.engine.NetworkRun} a network at work. Not exported: simulations and trainers are its fronts.
 *
 * <p>Populations without a loop run in {@link dev.spikelane.engine.TileRun tiles}, those of a loop in {@link
 * dev.spikelane.engine.LoopRun blocks of steps}, those behind sparse projections by {@link
 * dev.spikelane.engine.EventRun events}. Weights that change while a simulation runs, those of plastic projections, are
 * its own {@link dev.spikelane.engine.PlasticValues}.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine;
