package dev.spikelane.memory.limit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The limit of native memory: the value that the user sets. The default is the memory of the container (cgroup v1 or
 * v2) or machine, less the maximum heap and less an eighth for code, stacks and the rest. The limit is at least a
 * quarter of the memory, as the heap may take nearly all.
 */
public final class MemoryLimit {

    /** So much is never asked after where no limit is set: asking the JVM takes some 30 ms at the first time. */
    static final long KNOWN_TO_FIT = System.getProperty(NativeMemory.PROPERTY) == null ? 64L << 20 : 0;

    /** 0 before it is first asked for; then always the same. */
    private static volatile long found;

    private MemoryLimit() {}

    static long bytes() {
        long known = found;
        if (known == 0) {
            known = find(System.getProperty(NativeMemory.PROPERTY));
            found = known;
        }
        return known;
    }

    private static long find(@Nullable String set) {
        return set == null ? ofMachine(physical(), Runtime.getRuntime().maxMemory()) : parse(set);
    }

    /** The limit of a machine with so much memory, of which the heap may take a part. */
    static long ofMachine(long memory, long mostHeap) {
        return Math.max(memory / 4, memory - memory / 8 - mostHeap);
    }

    /** Bytes, or a number followed by k, m, g or t. */
    static long parse(String text) {
        String number = text.strip().toLowerCase(Locale.ROOT);
        int unit = number.isEmpty() ? -1 : "kmgt".indexOf(number.charAt(number.length() - 1));
        try {
            long count = Long.parseLong(unit < 0 ? number : number.substring(0, number.length() - 1));
            if (count > 0) {
                return Math.multiplyExact(count, 1L << 10 * (unit + 1));
            }
        } catch (ArithmeticException | NumberFormatException refused) {
            throw refusal(text, refused);
        }
        throw refusal(text, null);
    }

    private static IllegalArgumentException refusal(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "-D" + NativeMemory.PROPERTY + " is '" + text + "', expected bytes, or a number with k, m, g or t",
                cause);
    }

    /** Bytes of the machine's or container's memory; no limit where the JVM does not tell. */
    private static long physical() {
        return isTold() ? Machine.bytes() : Long.MAX_VALUE;
    }

    private static boolean isTold() {
        return ModuleLayer.boot().findModule("jdk.management").isPresent();
    }

    /** The most bytes that the JVM gives out without an arena. */
    static long withoutArena() {
        long set = isTold() ? Machine.mostDirect() : 0;
        return set == 0 ? Runtime.getRuntime().maxMemory() : set;
    }

    /** Loaded only where the module jdk.management is present. */
    private static final class Machine {

        private Machine() {}

        static long bytes() {
            return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getTotalMemorySize();
        }

        static long mostDirect() {
            return Long.parseLong(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption("MaxDirectMemorySize")
                    .getValue());
        }
    }
}
