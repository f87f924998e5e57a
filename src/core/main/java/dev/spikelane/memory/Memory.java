package dev.spikelane.memory;

import dev.spikelane.memory.limit.LimitReached;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

final class Memory {

    /** Bytes of a cache line, and of the widest vector. */
    static final long ALIGNMENT = 64;

    /**
     * Bytes of a page. CPUs first compare only this part of addresses, so a load waits for an earlier store at a
     * distance of whole pages. If rows of whole pages all start at page starts, they are loaded before they are stored.
     * A loop took up to 1.6 times as long with currents 64 bytes below states (1,000 leaky neurons, Zen 4; 1.06 times
     * on Zen 5; 2026-11).
     */
    private static final long PAGE = 4096;

    /** A thread that never runs, owns no arena and inherits nothing that it would keep alive. */
    private static final Thread STRANGER = Thread.ofPlatform()
            .name("spikelane-stranger")
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> {});

    private Memory() {}

    /** Allocates zeroed rows that start at cache lines. */
    static MemorySegment allocate(Arena arena, String what, int rows, int columns, long rowBytes) {
        long bytes;
        try {
            bytes = Math.multiplyExact(rows, rowBytes);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException(
                    what + " [" + rows + " x " + columns + "] needs more bytes than a 64-bit size can say", overflow);
        }
        try {
            MemorySegment segment = arena.allocate(bytes, rowBytes % PAGE == 0 ? PAGE : ALIGNMENT);
            if (!segment.isNative() || segment.isMapped()) {
                throw new IllegalArgumentException(
                        "arena allocates " + segment + ", expected native memory that is not mapped");
            }
            return segment;
        } catch (OutOfMemoryError refused) {
            OutOfMemoryError named = new OutOfMemoryError(what + " [" + rows + " x " + columns + "] "
                    + (refused instanceof LimitReached
                            ? "is refused: " + refused.getMessage()
                            : "needs " + bytes + " bytes, which the system refused" + limit(refused)));
            named.initCause(refused);
            throw named;
        }
    }

    static long bytes(int rows, long rowBytes) {
        return rows > Long.MAX_VALUE / rowBytes ? Long.MAX_VALUE : rows * rowBytes;
    }

    /** Returns true if native segments overlap, without the allocation of {@link MemorySegment#asOverlappingSlice}. */
    static boolean overlap(MemorySegment one, MemorySegment other) {
        return one.address() < other.address() + other.byteSize() && other.address() < one.address() + one.byteSize();
    }

    static void requireSize(String what, int rows, int columns) {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException(
                    what + " is [" + rows + " x " + columns + "], expected at least one row and one column");
        }
    }

    static void requireRows(String what, int first, int count, int rows) {
        if (first < 0 || count < 1 || first > rows - count) {
            throw new IndexOutOfBoundsException(
                    what + " has " + rows + " rows, asked for " + count + " from row " + first);
        }
    }

    static void requireIndex(String what, int row, int rows, int column, int columns) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException(
                    what + " is [" + rows + " x " + columns + "], asked for row " + row + ", column " + column);
        }
    }

    /** Throws if the current thread cannot use {@code signal}. */
    static void requireAccessible(Signal signal) {
        if (!isAccessible(signal.segment())) {
            throw inaccessible(signal.segment(), describe(signal));
        }
    }

    static boolean isAccessible(MemorySegment segment) {
        return segment.scope().isAlive() && segment.isAccessibleBy(Thread.currentThread());
    }

    static RuntimeException inaccessible(MemorySegment segment, String name) {
        if (!segment.scope().isAlive()) {
            return new IllegalStateException("the arena of " + name + " is closed");
        }
        return new WrongThreadException(
                "the arena of " + name + " is confined to another thread, expected Arena.ofShared() for use from "
                        + Thread.currentThread().getName());
    }

    /** Returns true if {@code segment} is not confined to one thread. */
    static boolean isShared(MemorySegment segment) {
        return segment.isAccessibleBy(STRANGER);
    }

    static void requireLength(Signal signal, int length) {
        long expected = (long) signal.rows() * signal.columns();
        if (length != expected) {
            throw new IllegalArgumentException("array has " + length + " values, expected " + expected + " for a ["
                    + signal.rows() + " x " + signal.columns() + "] matrix");
        }
    }

    static void requireArray(Signal signal) {
        if ((long) signal.rows() * signal.columns() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(describe(signal) + " does not fit one Java array");
        }
    }

    static String describe(Signal signal) {
        return switch (signal) {
            case FloatMatrix floats -> describe("FloatMatrix", floats);
            case SpikeMatrix spikes -> describe("SpikeMatrix", spikes);
        };
    }

    private static String describe(String kind, Signal signal) {
        return kind + " [" + signal.rows() + " x " + signal.columns() + "]";
    }

    /** Describes the limit of memory without an arena; empty if the system itself has no more. */
    private static String limit(OutOfMemoryError refused) {
        boolean reached = String.valueOf(refused.getMessage()).startsWith("Cannot reserve");
        return reached
                ? "; memory without an arena is limited by -XX:MaxDirectMemorySize, which is the most heap by default"
                : "";
    }
}
