package dev.spikelane.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An arena that counts the bytes of what it gives out. */
final class CountingArena implements Arena {

    private final Arena arena;
    private long bytes;

    CountingArena(Arena arena) {
        this.arena = arena;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public MemorySegment allocate(long size, long alignment) {
        bytes += size;
        return arena.allocate(size, alignment);
    }

    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    @Override
    public void close() {
        arena.close();
    }
}
