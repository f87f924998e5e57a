package dev.spikelane.memory.limit;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Limits native memory. Simulations, session pools and trainers hold memory until they are closed or unreachable;
 * matrices and networks without the user's arena hold it until they are unreachable. Memory in arenas of the user does
 * not count.
 *
 * <p>A garbage collection is requested before the limit is exceeded: only a collection frees unreachable memory, and a
 * small heap is seldom collected. Two earlier requests keep unreachable memory from waiting for the limit: at a
 * fortieth of the limit, and whenever twice as much memory is held as after the last collection. The JVM counts memory
 * without an arena, together with other direct buffers. It is asked only if a collection may be due, so a small matrix
 * costs one more addition.
 */
public final class NativeMemory {

    /** The system property that sets the limit: bytes, or a number followed by k, m, g or t. */
    public static final String PROPERTY = "spikelane.maxNativeMemory";

    /** The last of the waits for the memory that a collection frees: 1, 2, 4 ... milliseconds, half a second in all. */
    private static final int LONGEST_WAIT_MILLISECONDS = 256;

    /** An upper bound of the bytes without an arena: the JVM's last count plus all requests since. */
    private static final AtomicLong AUTOMATIC = new AtomicLong();

    /** Waits without freed memory after which collection has nothing to free. */
    private static final int WAITS_IN_VAIN = 4;

    /**
     * Share of the limit; 3,000 unreachable simulations of 784 -> 1000 would hold 1.6 GB, on a machine of 24 GB less
     * than a tenth.
     */
    private static final int SHARE = 40;

    private static final long LEAST_MARK = 64L << 20;

    private static final Object COLLECTING = new Object();

    /** Held bytes at which the next collection is requested. */
    private static volatile long mark = LEAST_MARK;

    private NativeMemory() {}

    /** Returns a counted arena whose memory is freed when it is unreachable. */
    public static Arena ofAuto() {
        return new Automatic();
    }

    static void takeAutomatic(long bytes) {
        require(bytes);
        AUTOMATIC.addAndGet(bytes);
    }

    /**
     * Throws if this number of bytes exceeds the limit, even after a collection.
     *
     * @throws LimitReached if the limit would be exceeded
     */
    static void require(long bytes) {
        if (isTooMuch(bytes)) {
            makeRoom(bytes);
        } else if (counted() + bytes > mark) {
            freeForgotten(bytes);
        }
    }

    private static void freeForgotten(long bytes) {
        synchronized (COLLECTING) {
            measure();
            long least = Math.max(LEAST_MARK, MemoryLimit.bytes() / SHARE);
            mark = Math.max(mark, least);
            if (counted() + bytes > mark) {
                long[] last = {Long.MAX_VALUE, 0};
                collect(() -> {
                    last[1] = counted() < last[0] ? 0 : last[1] + 1;
                    last[0] = counted();
                    return last[1] > WAITS_IN_VAIN;
                });
                mark = Math.max(least, 2 * (counted() + bytes));
            }
        }
    }

    /** Returns the bytes that may still be held, after a garbage collection if these are fewer than asked for. */
    public static long room(long asked) {
        if (isTooMuch(asked)) {
            synchronized (COLLECTING) {
                collectFor(asked);
            }
        }
        return MemoryLimit.bytes() - held();
    }

    /** Returns the remaining bytes without an arena, for which the JVM has a separate limit. */
    public static long roomWithoutArena(long asked) {
        return Math.min(room(asked), MemoryLimit.withoutArena() - withoutArena());
    }

    private static void makeRoom(long bytes) {
        synchronized (COLLECTING) {
            if (!collectFor(bytes)) {
                throw new LimitReached(bytes + " bytes of native memory would pass the limit: held are " + describe()
                        + "; close what is not needed any more, or raise the limit with -D" + PROPERTY);
            }
        }
    }

    private static boolean collectFor(long bytes) {
        measure();
        if (bytes > MemoryLimit.bytes() || !isTooMuch(bytes)) {
            return bytes <= MemoryLimit.bytes();
        }
        collect(() -> !isTooMuch(bytes));
        return !isTooMuch(bytes);
    }

    /** Requests a collection, and waits until it has freed enough, or for half a second. */
    private static void collect(BooleanSupplier enough) {
        System.gc();
        boolean interrupted = false;
        for (int wait = 1; wait <= LONGEST_WAIT_MILLISECONDS && !enough.getAsBoolean(); wait *= 2) {
            try {
                Thread.sleep(wait);
            } catch (InterruptedException later) {
                interrupted = true;
            }
            measure();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isTooMuch(long bytes) {
        long all = counted();
        return all > MemoryLimit.KNOWN_TO_FIT - bytes && all > MemoryLimit.bytes() - bytes;
    }

    private static long counted() {
        return AUTOMATIC.get() + Owner.bytesOfAll();
    }

    private static void measure() {
        AUTOMATIC.set(DirectMemory.bytes());
    }

    /** Returns the held bytes by the JVM's present count. */
    public static long held() {
        return Owner.bytesOfAll() + withoutArena();
    }

    /** Returns the bytes of matrices and networks without an arena of the user, and of direct buffers of others. */
    public static long withoutArena() {
        return DirectMemory.bytes();
    }

    public static long limit() {
        return MemoryLimit.bytes();
    }

    /** Describes the held memory by owner, and the limit, in one line. */
    public static String describe() {
        return of(Owner.SIMULATION) + ", " + of(Owner.POOL) + ", " + of(Owner.TRAINER) + ", " + withoutArena()
                + " by matrices, networks and direct buffers; at most " + limit() + " may be";
    }

    private static String of(Owner owner) {
        return owner.bytes() + " bytes by " + owner.open() + " open " + owner;
    }
}
