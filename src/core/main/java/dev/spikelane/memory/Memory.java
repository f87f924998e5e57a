package dev.spikelane.memory;

import dev.spikelane.memory.limit.LimitReached;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Allocates and checks the memory segments of the matrices. */
final class Memory {

    /** Bytes of a cache line, and of the widest vector. */
    static final long ALIGNMENT = 64;

    /**
     * Bytes of a page. CPUs compare only this part of addresses first: a load waits for an earlier store whose address
     * differs by whole pages. Rows of whole pages, all at the same offset in their pages, are loaded before they are
     * stored. A loop took up to 1.6 times as long with currents 64 bytes below states (1,000 leaky neurons, Zen 4; 1.06
     * times on Zen 5; 2026-11).
     */
    private static final long PAGE = 4096;

    /** A thread that never runs and owns no arena; it inherits nothing that it would keep alive. */
    private static final Thread STRANGER = Thread.ofPlatform()
            .name("spikelane-stranger")
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> {});

    private Memory() {}

    /** Zeroed memory for {@code rows} rows of {@code rowBytes} bytes, which begin where lines of the cache do. */
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

    /** Bytes of {@code rows} rows of {@code rowBytes} bytes. */
    static long bytes(int rows, long rowBytes) {
        return rows > Long.MAX_VALUE / rowBytes ? Long.MAX_VALUE : rows * rowBytes;
    }

    /** Returns true if native segments overlap: {@link MemorySegment#asOverlappingSlice} would allocate the answer. */
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

    /** Throws unless the current thread can use {@code signal} now. */
    static void requireAccessible(Signal signal) {
        if (!isAccessible(signal.segment())) {
            throw inaccessible(signal.segment(), describe(signal));
        }
    }

    /** Returns true if the current thread can use {@code segment} now. */
    static boolean isAccessible(MemorySegment segment) {
        return segment.scope().isAlive() && segment.isAccessibleBy(Thread.currentThread());
    }

    /** Returns an exception that explains why the current thread cannot use {@code segment}. */
    static RuntimeException inaccessible(MemorySegment segment, String name) {
        if (!segment.scope().isAlive()) {
            return new IllegalStateException("the arena of " + name + " is closed");
        }
        return new WrongThreadException(
                "the arena of " + name + " is confined to another thread, expected Arena.ofShared() for use from "
                        + Thread.currentThread().getName());
    }

    /** Returns true if threads that own no arena may use {@code segment}. */
    static boolean isShared(MemorySegment segment) {
        return segment.isAccessibleBy(STRANGER);
    }

    /** Throws unless an array of {@code length} has an element for each of {@code signal}. */
    static void requireLength(Signal signal, int length) {
        long expected = (long) signal.rows() * signal.columns();
        if (length != expected) {
            throw new IllegalArgumentException("array has " + length + " values, expected " + expected + " for a ["
                    + signal.rows() + " x " + signal.columns() + "] matrix");
        }
    }

    /** Throws unless the elements of {@code signal} fit one array. */
    static void requireArray(Signal signal) {
        if ((long) signal.rows() * signal.columns() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(describe(signal) + " does not fit one Java array");
        }
    }

    /** The kind and the shape of a matrix, for messages. */
    static String describe(Signal signal) {
        return switch (signal) {
            case FloatMatrix floats -> describe("FloatMatrix", floats);
            case SpikeMatrix spikes -> describe("SpikeMatrix", spikes);
        };
    }

    private static String describe(String kind, Signal signal) {
        return kind + " [" + signal.rows() + " x " + signal.columns() + "]";
    }

    /** The limit of memory without an arena, if that was reached; empty if the system itself has no more. */
    private static String limit(OutOfMemoryError refused) {
        boolean reached = String.valueOf(refused.getMessage()).startsWith("Cannot reserve");
        return reached
                ? "; memory without an arena is limited by -XX:MaxDirectMemorySize, which is the most heap by default"
                : "";
    }
}
