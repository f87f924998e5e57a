package dev.spikelane.memory.limit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory of a simulation, session pool or trainer: arenas whose bytes count against the limit. It is open while one of
 * its arenas is open.
 */
public final class CountedArenas {

    private final Owner owner;
    private final AtomicInteger arenas = new AtomicInteger();

    public CountedArenas(Owner owner) {
        this.owner = owner;
    }

    /** Returns a shared arena that asks {@link NativeMemory} first. */
    public Counted newArena() {
        return new Counted();
    }

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
