package dev.spikelane.memory.limit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An automatic arena that asks before it gives memory out. The JVM counts memory and frees it when it is forgotten.
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
        arena.close(); // refuses
    }
}
