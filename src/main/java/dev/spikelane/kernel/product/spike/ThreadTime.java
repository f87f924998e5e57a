package dev.spikelane.kernel.product.spike;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * The time that the calling thread has computed, which other programs do not add to. Asking for it takes a microsecond
 * or more, where {@link System#nanoTime} takes 25 ns.
 */
final class ThreadTime {

    private static final boolean KNOWN = System.getProperty("os.name").equals("Linux")
            && ModuleLayer.boot().findModule("java.management").isPresent()
            && Bean.isSupported();

    private ThreadTime() {}

    /** Nanoseconds from any start; those of {@link System#nanoTime} where the JVM does not tell, or only coarsely. */
    static long now() {
        return KNOWN ? Bean.now() : System.nanoTime();
    }

    /** Loaded only where the module java.management is present. */
    private static final class Bean {

        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        static boolean isSupported() {
            return THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();
        }

        static long now() {
            return THREADS.getCurrentThreadCpuTime();
        }
    }
}
