/** Observers of networks at work, Java Flight Recorder among them. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.observe;
