/**
 * The native memory that the library holds, and its limit. Requests enter, and an arena or an error leaves. Not
 * exported. Start with {@link dev.spikelane.memory.limit.NativeMemory}.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.memory.limit;
