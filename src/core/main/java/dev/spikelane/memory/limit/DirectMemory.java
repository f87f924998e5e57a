package dev.spikelane.memory.limit;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** Native memory that the JVM counts: automatic arenas and direct buffers. */
final class DirectMemory {

    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("java.management").isPresent();

    private DirectMemory() {}

    /**
     * Returns the present bytes; 0 if the JVM does not report them, which then limits them to
     * {@code -XX:MaxDirectMemorySize}.
     */
    static long bytes() {
        return PRESENT ? Pool.bytes() : 0;
    }

    /** Loaded only if the module java.management is present. */
    private static final class Pool {

        private static final BufferPoolMXBean DIRECT = find();

        private Pool() {}

        private static BufferPoolMXBean find() {
            return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .findFirst()
                    .orElseThrow();
        }

        static long bytes() {
            return DIRECT.getMemoryUsed();
        }
    }
}
