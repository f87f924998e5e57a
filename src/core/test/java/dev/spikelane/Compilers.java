package dev.spikelane;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** Waits for HotSpot's compilers, so that tests do not run slow code meanwhile. */
public final class Compilers {

    private static final long MOST_NANOSECONDS = 10_000_000_000L;
    private static final long MILLISECONDS = 5;

    private Compilers() {}

    /** Waits until all requested methods are compiled, ten seconds at most. */
    public static void await() {
        long end = System.nanoTime() + MOST_NANOSECONDS;
        try {
            while (tell("compilerQueue").contains("CompilerThread") && System.nanoTime() < end) {
                Thread.sleep(MILLISECONDS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the list of compiled methods. */
    public static String code() {
        return tell("compilerCodelist");
    }

    private static String tell(String command) {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            command,
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException failure) {
            throw new AssertionError(failure);
        }
    }
}
