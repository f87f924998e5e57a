package dev.spikelane.memory.limit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An automatic arena that asks {@link NativeMemory} first. The JVM counts its memory and frees it when it is
 * unreachable.
 */
final class Automatic implements Arena {

    private final Arena arena = Arena.ofAuto();

    @Override
    public MemorySegment allocate(long size, long alignment) {
        NativeMemory.takeAutomatic(size);
        return arena.allocate(size, alignment);
    }

    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    @Override
    public void close() {
        arena.close(); // throws
    }
}
