/** Observers of networks that run, including Java Flight Recorder. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.observe;
