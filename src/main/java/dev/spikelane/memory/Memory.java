package dev.spikelane.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Allocates and checks the segments behind the matrices. */
final class Memory {

    /** Bytes of a cache line, and of the widest vector. */
    static final long ALIGNMENT = 64;

    private Memory() {}

    /** Zeroed memory for {@code rows} rows of {@code rowBytes} bytes, 64-byte aligned. */
    static MemorySegment allocate(Arena arena, String what, int rows, int columns, long rowBytes) {
        long bytes;
        try {
            bytes = Math.multiplyExact(rows, rowBytes);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException(
                    what + " [" + rows + " x " + columns + "] needs more bytes than a 64-bit size can say", overflow);
        }
        try {
            return arena.allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError refused) {
            OutOfMemoryError named = new OutOfMemoryError(
                    what + " [" + rows + " x " + columns + "] needs " + bytes + " bytes, which the system refused");
            named.initCause(refused);
            throw named;
        }
    }

    /** Bytes of {@code rows} rows of {@code rowBytes} bytes. */
    static long bytes(int rows, long rowBytes) {
        return rows > Long.MAX_VALUE / rowBytes ? Long.MAX_VALUE : rows * rowBytes;
    }

    /** Whether native segments overlap: {@link MemorySegment#asOverlappingSlice} would allocate the answer. */
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

    /** Throws unless {@code segment} can be read by the current thread now. */
    static void requireAccessible(MemorySegment segment, String name) {
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the arena of " + name + " is closed");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException(
                    "the arena of " + name + " is confined to another thread, expected Arena.ofShared() for use from "
                            + Thread.currentThread().getName());
        }
    }
}
