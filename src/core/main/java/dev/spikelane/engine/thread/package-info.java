/** Threads that share work, locks of callers, and guards of values that change. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.thread;
