/** Threads that share work, turns of callers, and guards of values that change. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.thread;
