/**
 * Rows that populations exchange in a block of steps: sources and their histories, currents, and views of some steps or
 * samples. Not exported.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.signal;
