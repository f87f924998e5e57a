/** What networks at work tell Java Flight Recorder. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.event;
