package dev.spikelane.memory.limit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The limit of native memory. The default is the memory of the container (cgroup v1 or v2) or machine, less the maximum
 * heap and less an eighth for code, stacks and the rest. It is at least a quarter of the memory, as the heap may take
 * nearly all.
 */
public final class MemoryLimit {

    /** Bytes that are granted without a question if no limit is set: the first question to the JVM takes some 30 ms. */
    static final long KNOWN_TO_FIT = System.getProperty(NativeMemory.PROPERTY) == null ? 64L << 20 : 0;

    /** The limit; 0 before its first use. */
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

    /** Returns the limit of a machine with this memory and maximum heap. */
    static long ofMachine(long memory, long mostHeap) {
        return Math.max(memory / 4, memory - memory / 8 - mostHeap);
    }

    /** Parses bytes, or a number followed by k, m, g or t. */
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

    /** Returns the bytes of the machine's or container's memory; no limit if the JVM does not report it. */
    private static long physical() {
        return isTold() ? Machine.bytes() : Long.MAX_VALUE;
    }

    private static boolean isTold() {
        return ModuleLayer.boot().findModule("jdk.management").isPresent();
    }

    /** Returns the most bytes that the JVM grants without an arena. */
    static long withoutArena() {
        long set = isTold() ? Machine.mostDirect() : 0;
        return set == 0 ? Runtime.getRuntime().maxMemory() : set;
    }

    /** Loaded only if the module jdk.management is present. */
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
