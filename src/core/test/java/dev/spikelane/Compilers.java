package dev.spikelane;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** HotSpot's compilers, which tests wait for where going on would only run slow code beside them. */
public final class Compilers {

    private static final long MOST_NANOSECONDS = 10_000_000_000L;
    private static final long MILLISECONDS = 5;

    private Compilers() {}

    /** Returns when they have compiled all that was asked for, or after ten seconds. */
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

    /** Returns the list of the code that they have compiled. */
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
