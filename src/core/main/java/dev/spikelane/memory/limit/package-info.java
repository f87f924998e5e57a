/** Native memory that the library holds, and the most that it may hold. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.memory.limit;
