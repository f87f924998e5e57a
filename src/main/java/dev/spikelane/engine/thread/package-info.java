/** Who works, and when: threads that share work, turns of callers, and when values may change. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.thread;
