/** Packed states of many sessions, by key. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.session;
