package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;

/** Measures heap allocations of threads. */
public final class Allocations {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** Rounds in a row without an allocation. Vector operations allocate until C2 has compiled them. */
    private static final int QUIET_ROUNDS = 3;

    private static final int COLD_SHARE = 10;

    /** CPU time of this JVM, compilers included, because a clock continues while the machine is stopped or busy. */
    private static final long MOST_NANOSECONDS = 60_000_000_000L;

    private Allocations() {}

    /** Fails unless calls on this thread stop allocating. */
    public static void assertNone(int calls, Runnable call) {
        assertNone(List.of(Thread.currentThread()), calls, call);
    }

    /** Fails unless the threads stop allocating during calls. */
    public static void assertNone(Collection<Thread> threads, int calls, Runnable call) {
        long[] ids = threads.stream().mapToLong(Thread::threadId).toArray();
        long end = SYSTEM.getProcessCpuTime() + MOST_NANOSECONDS;
        long least = Long.MAX_VALUE;
        boolean warm = false; // slow before, and a few calls also trigger compilation
        for (int quiet = 0; quiet < QUIET_ROUNDS; ) {
            long before = allocated(ids);
            for (int i = 0; i < (warm ? calls : Math.ceilDiv(calls, COLD_SHARE)); i++) {
                call.run();
            }
            long bytes = allocated(ids) - before;
            least = Math.min(least, bytes);
            quiet = warm && bytes == 0 ? quiet + 1 : 0;
            warm = bytes == 0;
            if (quiet == 0 && SYSTEM.getProcessCpuTime() > end) {
                assertEquals(0, least, "bytes in " + calls + " calls, at best");
                assertEquals(0, bytes, "bytes in " + calls + " calls, again and again");
            }
            if (quiet == 0) {
                Compilers.await();
            }
        }
    }

    public static long ofThisThread() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    private static long allocated(long[] ids) {
        long bytes = 0;
        for (long id : ids) {
            bytes += THREADS.getThreadAllocatedBytes(id);
        }
        return bytes;
    }
}
