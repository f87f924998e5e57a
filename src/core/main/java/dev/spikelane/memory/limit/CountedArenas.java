package dev.spikelane.memory.limit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory of a simulation, session pool or trainer: arenas whose bytes count against the limit. It is open while
 * one of its arenas is.
 */
public final class CountedArenas {

    private final Owner owner;
    private final AtomicInteger arenas = new AtomicInteger();

    /** Starts without an arena. */
    public CountedArenas(Owner owner) {
        this.owner = owner;
    }

    /** Returns a shared arena, which asks {@link NativeMemory} before it gives memory out. */
    public Counted newArena() {
        return new Counted();
    }

    /** A shared arena that counts. */
    public final class Counted implements Arena {

        private final Arena arena;
        private final AtomicLong bytes = new AtomicLong();

        @SuppressWarnings("MustBeClosedChecker") // close() closes it
        private Counted() {
            arena = Arena.ofShared();
            if (arenas.getAndIncrement() == 0) {
                owner.opened(1);
            }
        }

        /** Returns the bytes that this arena has given out. */
        public long bytes() {
            return bytes.get();
        }

        @Override
        public MemorySegment allocate(long size, long alignment) {
            NativeMemory.require(size);
            MemorySegment segment = arena.allocate(size, alignment);
            bytes.addAndGet(size);
            owner.add(size);
            return segment;
        }

        @Override
        public MemorySegment.Scope scope() {
            return arena.scope();
        }

        @Override
        public void close() {
            arena.close();
            owner.add(-bytes.get());
            if (arenas.decrementAndGet() == 0) {
                owner.opened(-1);
            }
        }
    }
}
