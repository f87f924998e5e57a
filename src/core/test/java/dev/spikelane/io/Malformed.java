package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.function.Executable;

/** The contract of every reader about damaged files. */
public final class Malformed {

    /** A reader of small files may use buffers, but not the gigabytes that a header can declare. */
    private static final long MOST_BYTES = 8 << 20;

    private Malformed() {}

    /**
     * Fails unless reading fails without large allocations, with one line that starts with the file's name and contains
     * {@code part}.
     */
    @SuppressWarnings("exports") // of tests, in an exported package
    public static void assertRejected(Path file, String part, Executable read) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        IOException error = assertThrows(IOException.class, read, file.toString());
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.contains(part), () -> "\"" + message + "\" does not contain \"" + part + "\"");
        assertEquals(1, message.lines().count(), message);
        assertTrue(allocated < MOST_BYTES, () -> file + " made the reader allocate " + allocated + " bytes");
    }
}
